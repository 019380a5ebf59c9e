package io.rowlock.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SerialTasksTest {

    private final List<String> done = new ArrayList<>();
    private final SerialTasks tasks = new SerialTasks(failure -> done.add(String.valueOf(failure.getMessage())));

    @Test
    void runsWhatATaskBringsAfterIt() {
        tasks.execute(() -> {
            tasks.execute(() -> done.add("second"));
            done.add("first");
        });
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void goesOnAfterATaskThatFailedWhateverItMet() {
        tasks.execute(() -> {
            throw new IllegalStateException("a defect");
        });
        tasks.execute(() -> {
            throw new OutOfMemoryError("no memory");
        });
        tasks.execute(() -> done.add("next"));
        assertThat(done).containsExactly("a defect", "no memory", "next");
    }
}
