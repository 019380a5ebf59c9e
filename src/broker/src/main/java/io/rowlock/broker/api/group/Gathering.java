package io.rowlock.broker.api.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Asks for several things at once, whichever threads the answers come on, and tells them all in the order of the questions. */
final class Gathering {

    private Gathering() {}

    /** @param ask passes on the answer to one question, exactly once */
    static <Q, A> void of(Collection<Q> questions, BiConsumer<Q, Consumer<A>> ask, Consumer<List<A>> then) {
        if (questions.isEmpty()) {
            then.accept(List.of());
            return;
        }
        ConcurrentSkipListMap<Integer, A> answers = new ConcurrentSkipListMap<>();
        AtomicInteger missing = new AtomicInteger(questions.size());
        int place = 0;
        for (Q question : questions) {
            int here = place++;
            ask.accept(question, answer -> {
                answers.put(here, answer);
                if (missing.decrementAndGet() == 0) {
                    then.accept(new ArrayList<>(answers.values()));
                }
            });
        }
    }
}
