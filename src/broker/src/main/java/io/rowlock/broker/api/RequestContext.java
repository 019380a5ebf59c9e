package io.rowlock.broker.api;

import io.rowlock.ports.Scheduler;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a request comes from, and what a handler may need of its connection. As an executor it runs tasks on the
 * connection's event loop; if the connection is gone by then, the task runs all the same.
 */
public interface RequestContext extends Executor {

    short apiVersion();

    /** As the client names itself, or null. */
    @Nullable
    String clientId();

    /** Name of the listener on which the request came: answers name the endpoints of this listener. */
    String listener();

    /** Where the client is, or null if that is unknown. */
    @Nullable
    InetSocketAddress clientAddress();

    /** Timers on the connection's event loop. */
    Scheduler scheduler();

    /** What {@code create} once made for this connection under this type. Event loop only. */
    <T> T attachment(Class<T> type, Supplier<T> create);

    /** Has {@code action} run on the event loop when the connection is gone; at once if it is. Event loop only. */
    void onClose(Runnable action);
}
