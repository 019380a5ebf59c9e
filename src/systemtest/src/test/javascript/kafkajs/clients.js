// Producers and administration as kafkajs sees them.
//
// Usage: clients.js BOOTSTRAP SCENARIO TOPIC, where TOPIC is empty and has four partitions.
// Ends with the line 'passed SCENARIO', or with an error.
'use strict'

const assert = require('node:assert/strict')
const { setTimeout: pause } = require('node:timers/promises')
const { CompressionTypes, ConfigResourceTypes, Kafka, Partitioners, logLevel } = require('kafkajs')

const PATIENCE_MS = 60_000
const [bootstrap, scenario, topic] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'js', brokers: [bootstrap], logLevel: logLevel.NOTHING })

async function until(what, condition) {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `not within ${PATIENCE_MS} ms: ${what}`)
    await pause(10)
  }
}

async function using(client, action) {
  await client.connect()
  try {
    return await action(client)
  } finally {
    await client.disconnect()
  }
}

const withAdmin = action => using(kafka.admin(), action)

const withProducer = (options, action) =>
  using(kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...options }), action)

/** All of the topic up to `count` records, in the order of their arrival. */
async function read(count) {
  const records = []
  await using(kafka.consumer({ groupId: `${topic}-reader`, maxWaitTimeInMs: 200 }), async consumer => {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => { records.push({ partition, ...message }) },
    })
    await until(`${count} records`, () => records.length >= count)
  })
  assert.equal(records.length, count)
  return records
}

const offsets = async admin =>
  (await admin.fetchTopicOffsets(topic))
    .sort((a, b) => a.partition - b.partition)
    .map(({ low, high }) => `${low}-${high}`)

const topicConfig = (...configNames) => ({ type: ConfigResourceTypes.TOPIC, name: topic, configNames })

async function configured(admin, name) {
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [topicConfig(name)] })
  assert.deepEqual(resources[0].configEntries.map(({ configName }) => configName), [name])
  return resources[0].configEntries[0]
}

const scenarios = {
  async everyCodecKeysHeadersAndTimestampsArrive() {
    const headers = { one: 'x', more: ['1', '2'] }
    const sent = []
    await withProducer({}, async producer => {
      for (const [name, compression] of [['none', CompressionTypes.None], ['gzip', CompressionTypes.GZIP]]) {
        const messages = Array.from({ length: 50 }, (_, n) => (
          { partition: n % 4, key: `${name} ${n}`, value: name.repeat(100), headers, timestamp: String(1_700_000_000_000 + n) }))
        const answers = await producer.send({ topic, compression, messages })
        assert.deepEqual(answers.map(({ errorCode }) => errorCode), [0, 0, 0, 0])
        sent.push(...messages)
      }
      // A tombstone, one without a key, and one where the partition follows from the key.
      const rest = [{ key: 'gone', value: null }, { value: 'keyless', partition: 0 }, { key: 'where', value: 'v' }]
      for (const acks of [0, 1, -1]) {
        await producer.send({ topic, acks, messages: rest })
        sent.push(...rest)
      }
    })
    const plain = ({ key, value, headers: given, timestamp }) => JSON.stringify(
      [key?.toString() ?? null, value?.toString() ?? null, Object.entries(given ?? {}).map(([k, v]) => [k, String(v)]),
        Number(timestamp) < 1_700_000_001_000 ? timestamp : 'now'])
    const records = await read(sent.length)
    assert.deepEqual(records.map(plain).sort(), sent.map(m => plain({ timestamp: Date.now(), ...m })).sort())
    const first = records.find(({ key }) => key?.toString() === 'none 0')
    assert.deepEqual([first.offset, first.headers.more.map(String)], ['0', ['1', '2']])
  },

  async anIdempotentProducerWritesOnce() {
    await withProducer({ idempotent: true, maxInFlightRequests: 1 }, async producer => {
      for (let n = 0; n < 20; n++) {
        const [{ baseOffset }] = await producer.send({ topic, messages: [{ partition: 0, value: `${n}` }] })
        assert.equal(baseOffset, `${n}`)
      }
      await producer.sendBatch({
        topicMessages: [{ topic, messages: [{ partition: 0, value: '20' }, { partition: 1, value: '21' }] }],
      })
    })
    assert.deepEqual((await read(22)).map(({ value }) => Number(value)).sort((a, b) => a - b), [...Array(22).keys()])
  },

  async topicsAreCreatedDescribedGrownAndDeleted() {
    await withAdmin(async admin => {
      const name = `${topic}-created`
      const wanted = { topic: name, numPartitions: 2, replicationFactor: 1, configEntries: [{ name: 'segment.ms', value: '7000' }] }
      assert.equal(await admin.createTopics({ topics: [wanted], waitForLeaders: true }), true)
      assert.equal(await admin.createTopics({ topics: [wanted] }), false, 'is there already')
      await assert.rejects(
        () => admin.createTopics({ topics: [{ topic: `${topic}-other`, numPartitions: 1, replicationFactor: 3 }] }),
        error => error.name === 'KafkaJSAggregateError' && error.errors[0].type === 'INVALID_REPLICATION_FACTOR')
      assert.ok((await admin.listTopics()).includes(name))
      await admin.createPartitions({ topicPartitions: [{ topic: name, count: 5 }] })
      await until('five partitions', async () => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
        return topics[0].partitions.length === 5 && topics[0].partitions.every(
          ({ leader, replicas, isr }) => leader === 1 && replicas.join() === '1' && isr.join() === '1')
      })
      await assert.rejects(
        () => admin.createPartitions({ topicPartitions: [{ topic: name, count: 3 }] }), { type: 'INVALID_PARTITIONS' })
      await admin.deleteTopics({ topics: [name] })
      assert.ok(!(await admin.listTopics()).includes(name))
      const { brokers, controller, clusterId } = await admin.describeCluster()
      assert.deepEqual(brokers.map(({ nodeId, host, port }) => `${nodeId} ${host}:${port}`), [`1 ${bootstrap}`])
      assert.deepEqual([controller, clusterId.length], [1, 22])
    })
  },

  async settingsAreDescribedAndAltered() {
    await withAdmin(async admin => {
      assert.deepEqual(
        (({ configValue, isDefault, readOnly }) => ({ configValue, isDefault, readOnly }))(await configured(admin, 'retention.ms')),
        { configValue: '604800000', isDefault: true, readOnly: false })
      const alter = (name, value) => admin.alterConfigs({
        validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name, value }] }] })
      await alter('retention.ms', '123456')
      await until('the new value', async () => (await configured(admin, 'retention.ms')).configValue === '123456')
      assert.equal((await configured(admin, 'retention.ms')).configSource, 1)
      await assert.rejects(() => alter('retention.ms', 'soon'), { type: 'INVALID_CONFIG' })
      // AlterConfigs replaces all that was set.
      await alter('segment.ms', '99000')
      await until('the replaced value', async () => (await configured(admin, 'segment.ms')).configValue === '99000')
      assert.equal((await configured(admin, 'retention.ms')).configValue, '604800000')
    })
  },

  async offsetsAreFetchedAndRecordsDeleted() {
    await withProducer({}, producer => producer.send({
      topic, messages: Array.from({ length: 10 }, (_, n) => ({ partition: 1, value: 'v', timestamp: `${1_000 + n}` })) }))
    await withAdmin(async admin => {
      assert.deepEqual(await offsets(admin), ['0-0', '0-10', '0-0', '0-0'])
      const byTime = await admin.fetchTopicOffsetsByTimestamp(topic, 1_004)
      assert.equal(byTime.find(({ partition }) => partition === 1).offset, '4')
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '6' }] })
      assert.deepEqual(await offsets(admin), ['0-0', '6-10', '0-0', '0-0'])
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '-1' }] })
      assert.deepEqual(await offsets(admin), ['0-0', '10-10', '0-0', '0-0'])
    })
  },

  async reassignmentsOfOneNodeChangeNothing() {
    await withAdmin(async admin => {
      assert.deepEqual(await admin.listPartitionReassignments({}), { topics: [] })
      await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition: 0, replicas: [1] }] }] })
      await assert.rejects(() => admin.alterPartitionReassignments(
        { topics: [{ topic, partitionAssignment: [{ partition: 0, replicas: [7] }] }] }), /./)
      assert.deepEqual(await admin.listPartitionReassignments({}), { topics: [] })
    })
  },
}

scenarios[scenario]().then(
  () => console.log(`passed ${scenario}`),
  error => {
    console.error(error)
    process.exit(1)
  })
