package io.rowlock.protocol;

/** Record batches as they travel in a produce or fetch message: opaque to the messages, in memory or in a file. */
public interface Records {

    /** How many bytes these records take on the wire; constant for the life of the object. */
    int sizeInBytes();
}
