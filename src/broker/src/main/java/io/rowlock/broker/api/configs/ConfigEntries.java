package io.rowlock.broker.api.configs;

import io.rowlock.broker.config.Setting;
import io.rowlock.broker.config.SettingSource;
import io.rowlock.broker.config.SettingValue;
import io.rowlock.broker.config.SettingValue.Candidate;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import java.util.ArrayList;
import java.util.List;

/** Settings as DescribeConfigs tells of them. */
final class ConfigEntries {

    private ConfigEntries() {}

    static DescribeConfigsResourceResult entry(
            SettingValue value, boolean readOnly, boolean withSynonyms, boolean withDocumentation) {
        Setting setting = value.setting();
        return new DescribeConfigsResourceResult()
                .setName(setting.name())
                .setValue(setting.sensitive() ? null : value.value())
                .setReadOnly(readOnly)
                .setConfigSource(value.source().code())
                .setIsSensitive(setting.sensitive())
                .setSynonyms(withSynonyms ? synonyms(value) : List.of())
                .setConfigType(setting.type().code())
                .setDocumentation(withDocumentation ? setting.fullDocumentation() : null);
    }

    /** As Kafka has it, without a type and without documentation. */
    static DescribeConfigsResourceResult logger(String name, LogLevels.Level level) {
        return new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(level.name())
                .setReadOnly(false)
                .setConfigSource(SettingSource.DYNAMIC_BROKER_LOGGER_CONFIG.code())
                .setIsSensitive(false)
                .setSynonyms(List.of())
                .setDocumentation(null);
    }

    private static List<DescribeConfigsSynonym> synonyms(SettingValue value) {
        List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
        for (Candidate candidate : value.candidates()) {
            synonyms.add(new DescribeConfigsSynonym()
                    .setName(candidate.name())
                    .setValue(value.setting().sensitive() ? null : candidate.value())
                    .setSource(candidate.source().code()));
        }
        return synonyms;
    }
}
