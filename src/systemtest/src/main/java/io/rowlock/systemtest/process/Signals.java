package io.rowlock.systemtest.process;

import java.util.ArrayList;
import java.util.List;

/** Signals that Java cannot send by itself. */
final class Signals {
    private Signals() {}

    /** @param name without SIG, such as STOP */
    static void send(String name, List<Long> processes) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        processes.forEach(process -> command.add(Long.toString(process)));
        CommandResult.of(command, "").expectSuccess();
    }
}
