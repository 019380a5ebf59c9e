package io.rowlock.broker.fuzz;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** For every signal that was seen the shortest request that gave it. Thread-safe. */
final class Corpus {
    private static final int KEPT_BYTES_MAX = 4_096;
    private static final byte[] NOTHING = new byte[0];

    private final Map<String, byte[]> bySignal = new HashMap<>();
    private final List<String> signals = new ArrayList<>();
    private final List<byte[]> seeds = new ArrayList<>();

    /** Whether this signal was not known. */
    synchronized boolean add(Outcome outcome, byte[] request) {
        byte[] known = bySignal.get(outcome.signal());
        if (known == null) {
            signals.add(outcome.signal());
        }
        if (known == null || known.length == 0 || request.length < known.length) {
            // What is longer would be damaged more slowly, and not kept.
            bySignal.put(outcome.signal(), request.length <= KEPT_BYTES_MAX ? request : NOTHING);
        }
        return known == null;
    }

    synchronized byte[] any(Random random) {
        int all = seeds.size() + signals.size();
        if (all == 0) {
            return new byte[0];
        }
        int at = random.nextInt(all);
        return at < seeds.size() ? seeds.get(at) : bySignal.getOrDefault(signals.get(at - seeds.size()), NOTHING);
    }

    synchronized int size() {
        return signals.size();
    }

    synchronized List<String> signals() {
        return List.copyOf(signals);
    }

    synchronized List<byte[]> seeds() {
        return List.copyOf(seeds);
    }

    synchronized void read(InputStream compressed) throws IOException {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(compressed))) {
            while (true) {
                byte[] request = new byte[in.readInt()];
                in.readFully(request);
                seeds.add(request);
            }
        } catch (EOFException end) {
            // As many as there were.
        }
    }

    /** In order of their signals, so that like stands beside like. */
    synchronized void write(OutputStream to) throws IOException {
        write(
                signals.stream()
                        .sorted(Comparator.naturalOrder())
                        .map(bySignal::get)
                        .filter(request -> request.length > 0)
                        .toList(),
                to);
    }

    /** As {@link #read} takes them: each with its length before it, all compressed. */
    static void write(List<byte[]> requests, OutputStream to) throws IOException {
        GZIPOutputStream best = new GZIPOutputStream(to) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        };
        try (DataOutputStream out = new DataOutputStream(best)) {
            for (byte[] request : requests) {
                out.writeInt(request.length);
                out.write(request);
            }
        }
    }
}
