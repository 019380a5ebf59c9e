// Producers, consumer groups and administration as @platformatic/kafka sees them.
//
// Usage: clients.js BOOTSTRAP SCENARIO TOPIC, where TOPIC is empty and has four partitions; its name is also the group's.
// Ends with the line 'passed SCENARIO', or with an error.
'use strict'

const assert = require('node:assert/strict')
const { setTimeout: pause } = require('node:timers/promises')
const {
  Admin, ConfigResourceTypes, Consumer, IncrementalAlterConfigOperationTypes, Producer, stringDeserializers, stringSerializers,
} = require('@platformatic/kafka')

const PATIENCE_MS = 60_000
const PARTITIONS = [0, 1, 2, 3]
const [bootstrap, scenario, topic] = process.argv.slice(2)
const connection = { clientId: 'js', bootstrapBrokers: [bootstrap] }

async function until(what, condition) {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `not within ${PATIENCE_MS} ms: ${what}`)
    await pause(10)
  }
}

async function using(client, action) {
  try {
    return await action(client)
  } finally {
    await client.close()
  }
}

const withAdmin = action => using(new Admin(connection), action)

const withProducer = (options, action) =>
  using(new Producer({ ...connection, serializers: stringSerializers, ...options }), action)

/** A consumer in the group that notes what it is given and what it reads. */
class Member {
  records = []

  constructor(options = {}) {
    this.consumer = new Consumer({
      ...connection, groupId: topic, deserializers: stringDeserializers, maxWaitTime: 100, heartbeatInterval: 300, ...options })
  }

  async start(options = {}) {
    this.stream = await this.consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest', autocommit: true, ...options })
    this.stream.on('data', record => this.records.push(record))
    return this
  }

  get owned() {
    return (this.consumer.assignments ?? []).filter(a => a.topic === topic).flatMap(a => a.partitions)
  }

  async stop() {
    await this.stream?.close()
    await this.consumer.close()
  }
}

/** Writes values of which each is unique; returns them. */
async function produce(round, perPartition) {
  const messages = PARTITIONS.flatMap(partition =>
    Array.from({ length: perPartition }, (_, n) => ({ topic, partition, value: `${round} ${partition} ${n}` })))
  await withProducer({}, producer => producer.send({ messages }))
  return messages.map(message => message.value)
}

/** Each once: at a rebalance this client hands out again what a fetch under way brings, with Apache Kafka too. */
const values = (...members) => [...new Set(members.flatMap(member => member.records.map(record => record.value)))].sort()

const ownAll = (...members) => members.flatMap(member => member.owned).sort().join() === PARTITIONS.join()

/** Offsets by partition; -1 where there is none. */
async function committed(admin) {
  const [{ topics }] = await admin.listConsumerGroupOffsets(
    { groups: [{ groupId: topic, topics: [{ name: topic, partitionIndexes: PARTITIONS }] }] })
  return topics[0].partitions.sort((a, b) => a.partitionIndex - b.partitionIndex).map(p => Number(p.committedOffset))
}

async function offsets(admin, timestamp) {
  const [{ partitions }] = await admin.listOffsets(
    { topics: [{ name: topic, partitions: PARTITIONS.map(partitionIndex => ({ partitionIndex, timestamp })) }] })
  return partitions.sort((a, b) => a.partitionIndex - b.partitionIndex).map(({ offset }) => Number(offset))
}

async function configured(admin, name) {
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: [name] }
  const [{ configs }] = await admin.describeConfigs({ resources: [resource], includeSynonyms: true, includeDocumentation: true })
  assert.deepEqual(configs.map(config => config.name), [name])
  return configs[0]
}

/** The Kafka errors inside what a call was rejected with, by their names. */
const apiIds = error => [error.apiId, ...(error.errors ?? []).flatMap(apiIds)].filter(Boolean)

const rejects = (call, apiId) => assert.rejects(call, error => apiIds(error).includes(apiId) || assert.fail(error))

const scenarios = {
  async everyCodecKeysHeadersAndTimestampsArrive() {
    const sent = []
    await withProducer({}, async producer => {
      for (const compression of ['none', 'gzip', 'snappy', 'lz4']) {
        const messages = Array.from({ length: 40 }, (_, n) => ({
          topic, partition: n % 4, key: `${compression} ${n}`, value: compression.repeat(100), headers: { one: 'x', two: `${n}` },
          timestamp: BigInt(1_700_000_000_000 + n) }))
        const { offsets: written } = await producer.send({ messages, compression })
        assert.deepEqual(written.map(({ partition }) => partition).sort(), PARTITIONS)
        sent.push(...messages)
      }
      for (const acks of [0, 1, -1]) {
        const messages = [{ topic, key: 'where', value: `${acks}`, timestamp: 5n }, { topic, partition: 1, value: `keyless ${acks}`, timestamp: 6n }]
        await producer.send({ messages, acks })
        sent.push(...messages)
      }
    })
    const plain = ({ key, value, headers, timestamp }) => JSON.stringify([
      key || null, value, headers instanceof Map ? [...headers] : Object.entries(headers ?? {}), Number(timestamp)])
    const reader = await new Member().start({ autocommit: false })
    await until('all records', () => reader.records.length >= sent.length)
    await reader.stop()
    assert.deepEqual(reader.records.map(plain).sort(), sent.map(plain).sort())
  },

  async anIdempotentProducerWritesOnce() {
    await withProducer({ idempotent: true }, async producer => {
      for (let n = 0; n < 20; n++) {
        const { offsets: [{ offset }] } = await producer.send({ messages: [{ topic, partition: 0, value: `${n}` }] })
        assert.equal(offset, BigInt(n))
      }
      assert.ok(producer.producerId >= 0n)
    })
  },

  async twoMembersShareAndOneTakesOver() {
    const first = await produce('first', 25)
    const a = await new Member().start()
    await until('all of the first round', () => values(a).length === 100)
    const b = await new Member().start()
    await until('two partitions each', () => a.owned.length === 2 && b.owned.length === 2 && ownAll(a, b))
    const second = await produce('second', 25)
    await until('all of both rounds', () => values(a, b).length === 200)
    await b.stop()
    await until('all partitions for who stays', () => ownAll(a))
    const third = await produce('third', 25)
    await until('the third round', () => values(a, b).length === 300)
    assert.deepEqual(values(a, b), [...first, ...second, ...third].sort())
    await a.stop()
    await withAdmin(async admin => assert.deepEqual(await committed(admin), [75, 75, 75, 75]))
  },

  async commitsAreKeptAndResumedFrom() {
    await produce('only', 10)
    const a = await new Member().start({ autocommit: false })
    await until('all records', () => a.records.length === 40)
    await withAdmin(async admin => assert.deepEqual(await committed(admin), [-1, -1, -1, -1]))
    await a.consumer.commit({ offsets: [[0, 4n], [1, 5n], [2, 10n]].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: 0 })) })
    assert.deepEqual(
      await a.consumer.listCommittedOffsets({ topics: [{ topic, partitions: PARTITIONS }] }), new Map([[topic, [4n, 5n, 10n, -1n]]]))
    assert.deepEqual(await a.consumer.getLag({ topics: [topic] }).then(lag => [...lag.keys()]), [topic])
    await a.stop()

    const b = await new Member().start()
    await until('what follows the commits', () => b.records.length >= 21)
    const starts = PARTITIONS.map(p => Math.min(...b.records.filter(r => r.partition === p).map(r => Number(r.offset))))
    assert.deepEqual([b.records.length, starts], [21, [4, 5, Infinity, 0]])
    await b.stop()
    await withAdmin(async admin => assert.deepEqual(await committed(admin), [10, 10, 10, 10]))
  },

  async anAdministratorSeesTheGroupAndDeletesIt() {
    await withAdmin(async admin => {
      const a = await new Member().start()
      await until('all partitions', () => ownAll(a))
      const group = (await admin.describeGroups({ groups: [topic] })).get(topic)
      assert.deepEqual([group.state, group.protocolType, group.members.size], ['STABLE', 'consumer', 1])
      const [member] = group.members.values()
      assert.deepEqual([member.clientId, member.assignments.get(topic).partitions.sort()], ['js', PARTITIONS])
      assert.equal((await admin.listGroups()).get(topic).groupType, 'classic')
      assert.ok(!(await admin.listGroups({ states: ['EMPTY'] })).has(topic))
      const [coordinator] = await admin.findCoordinator({ keyType: 0, keys: [topic] })
      assert.deepEqual([coordinator.nodeId, `${coordinator.host}:${coordinator.port}`], [1, bootstrap])
      await rejects(() => admin.deleteGroups({ groups: [topic] }), 'NON_EMPTY_GROUP')
      await a.stop()

      await admin.alterConsumerGroupOffsets({ groupId: topic, topics: [{ name: topic, partitionOffsets: [{ partition: 1, offset: 7n }, { partition: 2, offset: 8n }] }] })
      assert.deepEqual(await committed(admin), [-1, 7, 8, -1])
      await admin.deleteConsumerGroupOffsets({ groupId: topic, topics: [{ name: topic, partitionIndexes: [1] }] })
      assert.deepEqual(await committed(admin), [-1, -1, 8, -1])
      await admin.deleteGroups({ groups: [topic] })
      assert.ok(!(await admin.listGroups()).has(topic))
    })
  },

  async anAdministratorRemovesAMember() {
    await withAdmin(async admin => {
      const a = await new Member().start()
      const before = a.consumer.memberId
      await until('all partitions', () => ownAll(a))
      await admin.removeMembersFromConsumerGroup({ groupId: topic, members: [{ memberId: before, reason: 'moved' }] })
      await until('it is back under another id', () => ownAll(a) && a.consumer.memberId !== before)
      await a.stop()
    })
  },

  async recordsAreDeletedAndOffsetsListed() {
    await withProducer({}, producer => producer.send({
      messages: Array.from({ length: 10 }, (_, n) => ({ topic, partition: 1, value: 'v', timestamp: BigInt(1_000 + n) })) }))
    await withAdmin(async admin => {
      assert.deepEqual(await offsets(admin, -1n), [0, 10, 0, 0])
      assert.deepEqual(await offsets(admin, 1_004n), [-1, 4, -1, -1])
      assert.deepEqual(
        await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 1, offset: 6n }] }] }),
        [{ name: topic, partitions: [{ partition: 1, lowWatermark: 6n }] }])
      assert.deepEqual(await offsets(admin, -2n), [0, 6, 0, 0])
    })
  },

  async topicsAreCreatedGrownAndDeleted() {
    await withAdmin(async admin => {
      const name = `${topic}-created`
      const [created] = await admin.createTopics(
        { topics: [name], partitions: 2, replicas: 1, configs: [{ name: 'segment.ms', value: '7000' }] })
      assert.deepEqual([created.name, created.partitions, created.replicas, created.configuration['segment.ms']], [name, 2, 1, '7000'])
      await rejects(() => admin.createTopics({ topics: [name], partitions: 2, replicas: 1 }), 'TOPIC_ALREADY_EXISTS')
      await rejects(() => admin.createTopics({ topics: [`${name}-3`], partitions: 2, replicas: 3 }), 'INVALID_REPLICATION_FACTOR')
      assert.ok((await admin.listTopics()).includes(name))
      await admin.createPartitions({ topics: [{ name, count: 5, assignments: null }] })
      await until('five partitions', async () =>
        (await admin.metadata({ topics: [name], forceUpdate: true })).topics.get(name).partitionsCount === 5)
      await rejects(() => admin.createPartitions({ topics: [{ name, count: 3, assignments: null }] }), 'INVALID_PARTITIONS')
      await admin.deleteTopics({ topics: [name] })
      assert.ok(!(await admin.listTopics()).includes(name))
    })
  },

  async settingsAreDescribedAndAltered() {
    await withAdmin(async admin => {
      const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }
      const before = await configured(admin, 'retention.ms')
      assert.deepEqual([before.value, before.configSource, before.readOnly, before.isSensitive], ['604800000', 5, false, false])
      assert.ok(before.documentation.length > 0)
      const { SET, DELETE } = IncrementalAlterConfigOperationTypes
      const alter = (...configs) => admin.incrementalAlterConfigs({ resources: [{ ...resource, configs }] })
      await alter({ name: 'retention.ms', configOperation: SET, value: '4000' }, { name: 'segment.ms', configOperation: SET, value: '5000' })
      await until('the new value', async () => (await configured(admin, 'segment.ms')).value === '5000')
      assert.equal((await configured(admin, 'retention.ms')).configSource, 1)
      await alter({ name: 'segment.ms', configOperation: DELETE, value: null })
      await until('the default', async () => (await configured(admin, 'segment.ms')).value === '604800000')
      await rejects(() => alter({ name: 'retention.ms', configOperation: SET, value: 'soon' }), 'INVALID_CONFIG')
      await admin.alterConfigs({ resources: [{ ...resource, configs: [{ name: 'max.message.bytes', value: '2000' }] }] })
      await until('the replaced value', async () => (await configured(admin, 'max.message.bytes')).value === '2000')
      assert.equal((await configured(admin, 'retention.ms')).value, '604800000')
    })
  },

  async logDirectoriesAreDescribed() {
    await produce('some', 10)
    await withAdmin(async admin => {
      const [{ broker, results }] = await admin.describeLogDirs({ topics: [{ name: topic, partitions: PARTITIONS }] })
      const described = results.flatMap(({ topics }) => topics).find(({ name }) => name === topic).partitions
      assert.deepEqual([broker, described.map(({ partitionIndex }) => partitionIndex).sort()], [1, PARTITIONS])
      assert.ok(described.every(({ partitionSize }) => partitionSize > 0n))
    })
  },
}

scenarios[scenario]().then(
  () => {
    console.log(`passed ${scenario}`)
    process.exit(0)
  },
  error => {
    console.error(error)
    process.exit(1)
  })
