package io.rowlock.broker.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.fuzz.Outcome.Defect;
import io.rowlock.broker.fuzz.Outcome.Kind;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.Headers;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.JoinGroupResponse;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A connection for damaged requests. Behind each goes a sound one: its answer, or the end of the connection, tells that the
 * first one is done with.
 */
final class Connection implements AutoCloseable {
    private static final int PROBE_ID = 0x600DBEEF;
    private static final byte[] PROBE = ByteBuffer.allocate(14)
            .putInt(10)
            .putShort((short) 18)
            .putShort((short) 0)
            .putInt(PROBE_ID)
            .putShort((short) -1)
            .array();
    private static final Set<ApiKey> LONG_POLLS = EnumSet.of(ApiKey.FETCH, ApiKey.JOIN_GROUP, ApiKey.SYNC_GROUP);
    private static final int LONG_POLL_MS = 25;
    private static final int PATIENCE_MS = 20_000;
    /** No answer of the small broker under test has a reason to be longer. */
    private static final int ANSWER_BYTES_MAX = 32 << 20;

    private static final Pattern ERROR = Pattern.compile("errorCode=(-?\\d+)");

    private final FuzzedBroker broker;
    private final Socket socket;
    private final DataInputStream in;
    private int sessionId = Words.SESSION_ID;
    private String memberId = Words.MEMBER_ID;

    Connection(FuzzedBroker broker) throws IOException {
        this.broker = broker;
        socket = new Socket(InetAddress.getLoopbackAddress(), broker.port());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 16 * 1024));
    }

    /**
     * Sends {@code request} and sees what comes of it; unless it is answered, the connection is of no more use.
     *
     * @throws Defect if a rule is broken
     */
    Outcome exchange(byte[] request) throws IOException {
        byte[] frame = real(request);
        String what = describe(frame);
        ApiKey api = frame.length < 4
                ? null
                : ApiKey.forId(Unpooled.wrappedBuffer(frame).getShort(0));
        socket.setSoTimeout(LONG_POLLS.contains(api) ? LONG_POLL_MS : PATIENCE_MS);
        try {
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4 + frame.length + PROBE.length)
                            .putInt(frame.length)
                            .put(frame)
                            .put(PROBE)
                            .array());
            ByteBuf first = receive(what);
            if (first.getInt(0) == PROBE_ID) {
                if (api != ApiKey.PRODUCE) {
                    throw new Defect(what + " was passed over");
                }
                return new Outcome(Kind.UNANSWERED, what + " unanswered");
            }
            Outcome answered = answered(what, Objects.requireNonNull(api), frame, first);
            if (receive(what).getInt(0) != PROBE_ID) {
                throw new Defect(what + " got two answers");
            }
            return answered;
        } catch (SocketTimeoutException e) {
            if (LONG_POLLS.contains(api)) {
                return new Outcome(Kind.WAITING, what + " waits");
            }
            throw new Defect(what + " was neither answered nor refused in " + PATIENCE_MS + " ms", e);
        } catch (EOFException | SocketException e) {
            return new Outcome(Kind.CLOSED, what + " closed: " + broker.log().whyClosed(socket.getLocalPort(), what));
        }
    }

    private static String describe(byte[] frame) {
        if (frame.length < 4) {
            return "a stump";
        }
        ByteBuffer header = ByteBuffer.wrap(frame);
        ApiKey api = ApiKey.forId(header.getShort(0));
        int version = header.getShort(2);
        return api == null ? "an unknown API" : api.apiName() + (api.hasVersion(version) ? " v" + version : " v?");
    }

    private ByteBuf receive(String what) throws IOException {
        int length = in.readInt();
        if (length < 4 || length > ANSWER_BYTES_MAX) {
            throw new Defect(what + " got an answer of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return Unpooled.wrappedBuffer(bytes);
    }

    private Outcome answered(String what, ApiKey api, byte[] request, ByteBuf answer) {
        ByteBuffer header = ByteBuffer.wrap(request);
        int length = answer.readableBytes();
        short version = broker.answerVersion(api, header.getShort(2));
        try {
            int correlationId = Headers.readResponseHeader(answer, api, version).correlationId();
            if (correlationId != header.getInt(4)) {
                throw new Defect(what + " got the answer to " + correlationId);
            }
            ApiMessage body = api.readResponse(answer, version);
            if (answer.isReadable()) {
                throw new Defect(what + ": " + answer.readableBytes() + " bytes follow the answer");
            }
            learn(body);
            return new Outcome(Kind.ANSWERED, what + " answered: " + errors(body, length) + sizeOf(length));
        } catch (RuntimeException e) {
            throw e instanceof Defect ? e : new Defect(what + " got an answer that cannot be read", e);
        }
    }

    private static String errors(ApiMessage body, int length) {
        if (length > 20_000) {
            return "long";
        }
        Set<String> codes = new TreeSet<>();
        Matcher matcher = ERROR.matcher(body.toString());
        while (matcher.find()) {
            codes.add(matcher.group(1));
        }
        return codes.toString();
    }

    private static String sizeOf(int length) {
        return " ~4^" + (32 - Integer.numberOfLeadingZeros(length)) / 2;
    }

    /** What the broker chose, for the requests to come. */
    private void learn(ApiMessage body) {
        if (body instanceof FetchResponse fetch && fetch.sessionId() != 0) {
            sessionId = fetch.sessionId();
        } else if (body instanceof JoinGroupResponse join && join.memberId().length() == Words.MEMBER_ID.length()) {
            memberId = join.memberId();
        }
    }

    /** {@code request} with what the broker chose in the places of the placeholders. */
    private byte[] real(byte[] request) {
        byte[] frame = request.clone();
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        byte[] member = Words.MEMBER_ID.getBytes(UTF_8);
        long idHigh = Words.placeholder(0).getMostSignificantBits();
        for (int i = 8; i + 4 <= frame.length; i++) {
            byte b = frame[i];
            if (b == (byte) (Words.SESSION_ID >>> 24) && bytes.getInt(i) == Words.SESSION_ID) {
                bytes.putInt(i, sessionId);
            } else if (b == (byte) (idHigh >>> 56) && i + 16 <= frame.length && bytes.getLong(i) == idHigh) {
                UUID id = broker.topicId((int) bytes.getLong(i + 8) & 0xff);
                bytes.putLong(i, id.getMostSignificantBits()).putLong(i + 8, id.getLeastSignificantBits());
            } else if (b == member[0] && startsWith(frame, i, member)) {
                System.arraycopy(memberId.getBytes(UTF_8), 0, frame, i, member.length);
            }
        }
        return frame;
    }

    private static boolean startsWith(byte[] bytes, int at, byte[] what) {
        return at + what.length <= bytes.length
                && java.util.Arrays.equals(bytes, at, at + what.length, what, 0, what.length);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
