package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicCreator.Outcome;
import io.rowlock.broker.api.topics.TopicDecision.Create;
import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.config.SettingValue;
import io.rowlock.broker.config.TopicSettings;
import io.rowlock.protocol.message.CreateTopicsResponse;
import io.rowlock.protocol.message.CreateTopicsResponse.CreatableTopicConfigs;
import io.rowlock.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Makes the response to CreateTopics from what was decided and what came of it. */
final class CreateTopicsAnswer {

    private final BrokerSettings settings;
    private final Map<String, TopicDecision> decisions;

    CreateTopicsAnswer(BrokerSettings settings, Map<String, TopicDecision> decisions) {
        this.settings = settings;
        this.decisions = decisions;
    }

    /** What is to be created, in order. */
    List<NewTopic> wanted() {
        List<NewTopic> wanted = new ArrayList<>();
        for (TopicDecision decision : decisions.values()) {
            if (decision instanceof Create create) {
                wanted.add(create.topic());
            }
        }
        return wanted;
    }

    /** The response where nothing is created, because nothing may be or only the check was asked for. */
    CreateTopicsResponse validated() {
        List<CreatableTopicResult> results = new ArrayList<>(decisions.size());
        decisions.forEach((name, decision) ->
                results.add(decision instanceof Create create ? success(create) : refusal(name, (Refuse) decision)));
        return new CreateTopicsResponse().setTopics(results);
    }

    /** The response where {@code outcomes} came of what was {@link #wanted}. */
    CreateTopicsResponse created(List<Outcome> outcomes) {
        List<CreatableTopicResult> results = new ArrayList<>(decisions.size());
        Iterator<Outcome> next = outcomes.iterator();
        decisions.forEach((name, decision) -> results.add(
                decision instanceof Create create ? result(create, next.next()) : refusal(name, (Refuse) decision)));
        return new CreateTopicsResponse().setTopics(results);
    }

    private CreatableTopicResult result(Create create, Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return refusal(create.topic().name(), refused.refusal());
        }
        return success(create).setTopicId(((Outcome.Created) outcome).id());
    }

    private CreatableTopicResult success(Create create) {
        List<CreatableTopicConfigs> configs = new ArrayList<>();
        for (SettingValue value : TopicSettings.describe(create.topic().configs(), settings)) {
            configs.add(new CreatableTopicConfigs()
                    .setName(value.setting().name())
                    .setValue(value.setting().sensitive() ? null : value.value())
                    .setConfigSource(value.source().code())
                    .setIsSensitive(value.setting().sensitive()));
        }
        return new CreatableTopicResult()
                .setName(create.topic().name())
                .setErrorMessage(null)
                .setNumPartitions(create.partitions())
                .setReplicationFactor((short) create.replicationFactor())
                .setConfigs(configs);
    }

    private static CreatableTopicResult refusal(String name, Refuse refusal) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(refusal.error().code())
                .setErrorMessage(refusal.message());
    }
}
