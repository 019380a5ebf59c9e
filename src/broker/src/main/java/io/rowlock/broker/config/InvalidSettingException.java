package io.rowlock.broker.config;

/** A setting that is not known, or a value that it does not take. The message is for the person who wrote it. */
public final class InvalidSettingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String settingName;

    InvalidSettingException(String settingName, String message) {
        super(message);
        this.settingName = settingName;
    }

    /** Kafka's name of the setting, as it was written. */
    public String settingName() {
        return settingName;
    }
}
