package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.protocol.ErrorCode;
import java.util.concurrent.CompletionException;

/** What to tell a client whose change could not be made. */
final class Failures {

    private static final System.Logger LOG = System.getLogger(Failures.class.getName());

    private Failures() {}

    /**
     * NOT_CONTROLLER where the metadata store cannot be asked: of all errors about a topic it is the one upon which admin
     * clients send the whole request again. Any other failure is a defect, and is logged.
     */
    static Refuse refusal(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof MetadataUnavailableException) {
            return new Refuse(ErrorCode.NOT_CONTROLLER, "The metadata store cannot be asked now; try again.");
        }
        LOG.log(System.Logger.Level.ERROR, "A change of topics failed", cause);
        return new Refuse(ErrorCode.UNKNOWN_SERVER_ERROR, "The change failed; the node's log says why.");
    }
}
