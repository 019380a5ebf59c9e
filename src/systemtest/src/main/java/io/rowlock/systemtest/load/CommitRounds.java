package io.rowlock.systemtest.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Groups without members that commit in rounds: in each, every group sends one commit on a connection of its own, and the next round begins when all are
 * answered. Used by one thread.
 */
public final class CommitRounds implements AutoCloseable {
    private static final int OFFSET_COMMIT = 8;
    private static final int PATIENCE_MS = 60_000;

    private final String topic;
    private final String prefix;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<DataInputStream> inputs = new ArrayList<>();
    private long rounds;

    private CommitRounds(String topic, String prefix) {
        this.topic = topic;
        this.prefix = prefix;
    }

    /**
     * Connects.
     *
     * @param port of the broker, on 127.0.0.1, which coordinates every group
     * @param topic for whose partition 0 all groups commit
     * @param prefix of the groups' names
     */
    public static CommitRounds connect(int port, String topic, String prefix, int groups) {
        CommitRounds rounds = new CommitRounds(topic, prefix);
        try {
            for (int i = 0; i < groups; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(PATIENCE_MS);
                rounds.sockets.add(socket);
                rounds.inputs.add(new DataInputStream(socket.getInputStream()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + port, e);
        }
        return rounds;
    }

    /** One commit of each group, of an offset one higher than in the last round; fails if any is refused. */
    public void next() {
        rounds++;
        try {
            for (int i = 0; i < sockets.size(); i++) {
                sockets.get(i).getOutputStream().write(commit(prefix + i).array());
            }
            for (int i = 0; i < sockets.size(); i++) {
                int error = answer(inputs.get(i));
                if (error != 0) {
                    throw new IllegalStateException(
                            "commit " + rounds + " of group " + prefix + i + " is refused with error " + error);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("round " + rounds, e);
        }
    }

    /** Rounds so far, which is also the offset committed last. */
    public long rounds() {
        return rounds;
    }

    private ByteBuffer commit(String group) {
        return Wire.request(OFFSET_COMMIT, 6, out -> {
            Wire.string(out, group);
            out.writeInt(-1);
            Wire.string(out, "");
            out.writeInt(1);
            Wire.string(out, topic);
            out.writeInt(1);
            out.writeInt(0);
            out.writeLong(rounds);
            out.writeInt(-1);
            Wire.nullString(out);
        });
    }

    /** The error code of the one partition, which stands last. */
    private static int answer(DataInputStream in) throws IOException {
        byte[] answer = in.readNBytes(in.readInt());
        return ByteBuffer.wrap(answer).getShort(answer.length - 2);
    }

    @Override
    public void close() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot hang up", e);
            }
        }
    }
}
