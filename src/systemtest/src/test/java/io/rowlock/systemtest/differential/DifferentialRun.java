package io.rowlock.systemtest.differential;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sends sequences to both brokers and compares the answers. Used by one thread. */
final class DifferentialRun {
    private static final int TRIES = 40;
    private static final int PAUSE_MS = 25;

    private final Peer kafka;
    private final Peer rowlock;
    private final Settling settling;
    private final Map<AcceptedDifference, Integer> accepted = new EnumMap<>(AcceptedDifference.class);
    private final Map<String, Integer> compared = new TreeMap<>();
    private final Map<String, Request> parked = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private final String name;
    private int runs;

    /** A request whose answers differ in ways that nobody accepted. */
    record Finding(Request request, List<Difference> differences) {
        /** Whether the other one is about the same fields of the same API. */
        boolean resembles(Finding other) {
            Difference mine = differences.get(0);
            boolean codes = mine.path().endsWith("error_code");
            return other.differences.stream()
                    .anyMatch(each -> each.api().equals(mine.api())
                            && each.path().equals(mine.path())
                            && (!codes || says(each, mine)));
        }

        private static boolean says(Difference one, Difference other) {
            return one.kafka().equals(other.kafka()) && one.rowlock().equals(other.rowlock());
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(request.toString());
            differences.forEach(each -> text.append("\n        ").append(each));
            return text.toString();
        }
    }

    /** @param name of all that is created here, before a number */
    DifferentialRun(String name, Peer kafka, Peer rowlock) {
        this.name = name;
        this.kafka = kafka;
        this.rowlock = rowlock;
        this.settling = new Settling(kafka, rowlock);
    }

    /** What differed first in a sequence, if anything did, and in answers that were still to come then. The brokers are left without topics. */
    List<Finding> run(List<Request> sequence) {
        String prefix = name + runs++ + "-";
        kafka.begin(prefix);
        rowlock.begin(prefix);
        findings.clear();
        parked.clear();
        for (Request request : sequence) {
            step(request);
            if (!findings.isEmpty()) {
                break;
            }
        }
        List.copyOf(parked.keySet()).forEach(this::collect);
        List<Finding> found = List.copyOf(findings);
        settling.clear();
        return found;
    }

    /** The accepted differences that occurred, and how often. */
    Map<AcceptedDifference, Integer> accepted() {
        return accepted;
    }

    /** How many answers were compared, by API and version. */
    Map<String, Integer> compared() {
        return compared;
    }

    private void step(Request request) {
        collect(request.actor());
        kafka.send(request);
        rowlock.send(request);
        if (request.waits() && settling.isKeptWaiting(request)) {
            parked.put(request.actor(), request);
            return;
        }
        compare(request);
        if (request.changesMetadata()) {
            settling.await(request);
        }
        for (Request waiting : List.copyOf(parked.values())) {
            if (kafka.hasAnswered(waiting) || rowlock.hasAnswered(waiting)) {
                collect(waiting.actor());
            }
        }
    }

    private void collect(String actor) {
        Request waiting = parked.remove(actor);
        if (waiting != null) {
            compare(waiting);
        }
    }

    private void compare(Request request) {
        compared.merge(request.api().name + " v" + request.version(), 1, Integer::sum);
        List<Difference> differences = differences(request, kafka.receive(request), rowlock.receive(request));
        // What only tells of a change may come to know of it a moment later.
        for (int i = 0;
                i < TRIES
                        && request.isReadOnly()
                        && !request.changesMetadata()
                        && !unexplained(differences).isEmpty();
                i++) {
            Settling.pause(PAUSE_MS);
            differences = differences(request, kafka.exchange(request), rowlock.exchange(request));
        }
        differences.forEach(each ->
                AcceptedDifference.explaining(each).ifPresent(reason -> accepted.merge(reason, 1, Integer::sum)));
        List<Difference> unexplained = unexplained(differences);
        if (!unexplained.isEmpty()) {
            findings.add(new Finding(request, unexplained));
        }
    }

    private static List<Difference> unexplained(List<Difference> differences) {
        boolean covered = differences.stream()
                .flatMap(each -> AcceptedDifference.explaining(each).stream())
                .anyMatch(AcceptedDifference::coversWholeAnswer);
        return covered
                ? List.of()
                : differences.stream()
                        .filter(each -> AcceptedDifference.explaining(each).isEmpty())
                        .toList();
    }

    private List<Difference> differences(Request request, Map<String, Object> left, Map<String, Object> right) {
        return Comparison.of(request, kafka.bindings(), left, rowlock.bindings(), right);
    }
}
