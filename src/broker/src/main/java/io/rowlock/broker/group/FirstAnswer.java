package io.rowlock.broker.group;

import java.util.function.Consumer;

/** Passes on the first answer to a request and no other: time may be up for it before the store answers. Confined to the owner. */
final class FirstAnswer<T> implements Consumer<T> {

    private final Consumer<T> receiver;
    private boolean given;

    FirstAnswer(Consumer<T> receiver) {
        this.receiver = receiver;
    }

    @Override
    public void accept(T answer) {
        if (!given) {
            given = true;
            receiver.accept(answer);
        }
    }

    boolean isGiven() {
        return given;
    }
}
