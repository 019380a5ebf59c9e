// Consumer groups as kafkajs sees them.
//
// Usage: groups.js BOOTSTRAP SCENARIO TOPIC, where TOPIC is empty and has four partitions; its name is also the group's.
// Ends with the line 'passed SCENARIO', or with an error.
'use strict'

const assert = require('node:assert/strict')
const { setTimeout: pause } = require('node:timers/promises')
const { AssignerProtocol, Kafka, Partitioners, logLevel } = require('kafkajs')

const PATIENCE_MS = 60_000
const PARTITIONS = [0, 1, 2, 3]
const [bootstrap, scenario, topic] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'js', brokers: [bootstrap], logLevel: logLevel.NOTHING })

/** A consumer that notes what it is given and what it reads. */
class Member {
  owned = []
  records = []

  constructor() {
    // A member learns of a rebalance by heartbeat, and leaves when its last fetch is answered.
    this.consumer = kafka.consumer({ groupId: topic, heartbeatInterval: 300, maxWaitTimeInMs: 200 })
    this.consumer.on(this.consumer.events.GROUP_JOIN, ({ payload }) => {
      this.owned = payload.memberAssignment[topic] ?? []
    })
  }

  async start(run = {}) {
    await this.consumer.connect()
    await this.consumer.subscribe({ topics: [topic], fromBeginning: true })
    await this.consumer.run({
      eachMessage: async ({ partition, message }) => {
        this.records.push({ partition, offset: Number(message.offset), value: message.value.toString() })
      },
      ...run,
    })
    return this
  }

  async stop() {
    this.owned = []
    await this.consumer.disconnect()
  }
}

async function until(what, condition) {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `not within ${PATIENCE_MS} ms: ${what}`)
    await pause(10)
  }
}

/** Writes values of which each is unique; returns them. */
async function produce(round, perPartition) {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  const messages = PARTITIONS.flatMap(partition =>
    Array.from({ length: perPartition }, (_, n) => ({ partition, value: `${round} ${partition} ${n}` })))
  await producer.connect()
  await producer.send({ topic, messages })
  await producer.disconnect()
  return messages.map(message => message.value)
}

const values = (...members) => members.flatMap(member => member.records.map(record => record.value)).sort()

const ownAll = (...members) => members.flatMap(member => member.owned).sort().join() === PARTITIONS.join()

async function withAdmin(action) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await action(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Offsets by partition; -1 where there is none. */
async function committed(admin) {
  const [{ partitions }] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
  return partitions.sort((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset))
}

const scenarios = {
  async twoMembersShareAndOneTakesOver() {
    const first = await produce('first', 25)
    const a = await new Member().start()
    await until('all of the first round', () => a.records.length === 100)
    const b = await new Member().start()
    await until('two partitions each', () => a.owned.length === 2 && b.owned.length === 2 && ownAll(a, b))
    const second = await produce('second', 25)
    await until('all of both rounds', () => values(a, b).length >= 200)
    assert.deepEqual(values(a, b), [...first, ...second].sort(), 'each record once')
    await b.stop()
    await until('all partitions for who stays', () => ownAll(a))
    const third = await produce('third', 25)
    await until('the third round', () => values(a, b).length >= 300)
    assert.deepEqual(values(a, b), [...first, ...second, ...third].sort(), 'each record once')
    await a.stop()
    await withAdmin(async admin => assert.deepEqual(await committed(admin), [75, 75, 75, 75]))
  },

  async commitsAreKeptAndResumedFrom() {
    await produce('only', 10)
    const a = await new Member().start({ autoCommit: false })
    await until('all records', () => a.records.length === 40)
    await withAdmin(async admin => {
      assert.deepEqual(await committed(admin), [-1, -1, -1, -1])
      await a.consumer.commitOffsets([
        { topic, partition: 0, offset: '4', metadata: 'says why' },
        { topic, partition: 1, offset: '5' },
      ])
      await a.consumer.commitOffsets([{ topic, partition: 2, offset: '10', metadata: 'alone' }])
      assert.deepEqual(await committed(admin), [4, 5, 10, -1])
      const [{ partitions }] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
      assert.equal(partitions.find(({ partition }) => partition === 0).metadata, 'says why')
      assert.equal(partitions.find(({ partition }) => partition === 2).metadata, 'alone')
    })
    await a.stop()

    const b = await new Member().start()
    await until('what follows the commits', () => b.records.length === 21)
    const starts = PARTITIONS.map(p => Math.min(...b.records.filter(r => r.partition === p).map(r => r.offset)))
    assert.deepEqual(starts, [4, 5, Infinity, 0])
    await b.stop()
    await withAdmin(async admin => assert.deepEqual(await committed(admin), [10, 10, 10, 10]))
  },

  async anAdministratorSeesTheGroupAndDeletesIt() {
    await withAdmin(async admin => {
      const a = await new Member().start()
      await until('all partitions', () => ownAll(a))
      const { groups } = await admin.describeGroups([topic])
      assert.equal(groups.length, 1)
      const { errorCode, groupId, members, protocol, protocolType, state } = groups[0]
      assert.deepEqual(
        { errorCode, groupId, protocol, protocolType, state },
        { errorCode: 0, groupId: topic, protocol: 'RoundRobinAssigner', protocolType: 'consumer', state: 'Stable' })
      assert.deepEqual(members.map(member => member.clientId), ['js'])
      assert.match(members[0].clientHost, /127\.0\.0\.1/)
      const { assignment } = AssignerProtocol.MemberAssignment.decode(members[0].memberAssignment)
      assert.deepEqual(assignment[topic].sort(), PARTITIONS)
      assert.ok((await admin.listGroups()).groups.some(g => g.groupId === topic && g.protocolType === 'consumer'))
      const [refused] = await admin.deleteGroups([topic]).then(() => [], error => error.groups)
      assert.equal(refused.error.type, 'NON_EMPTY_GROUP')
      await a.consumer.commitOffsets([{ topic, partition: 0, offset: '0' }])
      await a.stop()

      assert.equal((await admin.describeGroups([topic])).groups[0].state, 'Empty')
      assert.deepEqual(await committed(admin), [0, -1, -1, -1])
      const [deleted] = await admin.deleteGroups([topic])
      assert.deepEqual([deleted.groupId, deleted.errorCode], [topic, 0])
      assert.ok(!(await admin.listGroups()).groups.some(g => g.groupId === topic))
      assert.equal((await admin.describeGroups([topic])).groups[0].state, 'Dead')
      assert.deepEqual(await committed(admin), [-1, -1, -1, -1])
    })
  },

  async anAdministratorMovesOffsets() {
    await produce('only', 10)
    await withAdmin(async admin => {
      await admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 1, offset: '7' }] })
      assert.deepEqual(await committed(admin), [-1, 7, -1, -1])
      await admin.resetOffsets({ groupId: topic, topic, earliest: true })
      // A commit of -2, which a member takes as the beginning.
      assert.deepEqual(await committed(admin), [-2, -2, -2, -2])

      const a = await new Member().start()
      await until('all records', () => a.records.length === 40)
      await assert.rejects(
        () => admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 0, offset: '1' }] }),
        /must have no running instances/)
      await a.stop()
      assert.deepEqual(await committed(admin), [10, 10, 10, 10])
    })
  },
}

scenarios[scenario]().then(
  () => console.log(`passed ${scenario}`),
  error => {
    console.error(error)
    process.exit(1)
  })
