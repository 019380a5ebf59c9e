package io.rowlock.protocol;

import java.io.Serial;

/** A message cannot be read or written as the version asked for. */
public final class UnsupportedVersionException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public UnsupportedVersionException(String message) {
        super(message);
    }

    /** The version lies outside of what {@code message} knows. */
    public static UnsupportedVersionException outOfRange(String message, short version, int lowest, int highest) {
        return new UnsupportedVersionException(
                message + " has versions " + lowest + " to " + highest + ", not " + version);
    }

    /** The version does not carry {@code field}, which is set and may not be left out silently. */
    public static UnsupportedVersionException fieldNotCarried(String field, short version) {
        return new UnsupportedVersionException(field + " is set, but version " + version + " does not carry it");
    }

    /** Tagged fields are set, and the version is not a flexible one. */
    public static UnsupportedVersionException noTaggedFields(String message, short version) {
        return new UnsupportedVersionException(
                message + " has unknown tagged fields set, but version " + version + " is not flexible");
    }
}
