package io.rowlock.node.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The user that PostgreSQL's programs run as. They refuse to run as root, so a node of root's runs them either in a user
 * namespace where root is called {@code nobody}, with all files root's own, or as the real {@code nobody}, who then must
 * be able to reach the data directory. An existing database goes on with the user that owns it.
 *
 * @param prefix what stands before a program's own command line
 * @param ownerId the user who must own the files, or -1 where they stay the node's own
 */
record PostgresUser(List<String> prefix, int ownerId) {

    private static final int NOBODY = 65534;
    private static final String UNSHARE = "unshare";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** @param home an existing directory that holds, or will hold, everything of PostgreSQL's */
    static PostgresUser choose(Path home) throws IOException {
        return choose(home, UNSHARE);
    }

    /** @param unshare the program that makes a user namespace */
    static PostgresUser choose(Path home, String unshare) throws IOException {
        if (FileTree.ownerOf(Path.of("/proc/self")) != 0) {
            return new PostgresUser(List.of(), -1);
        }
        Path data = home.resolve("data");
        int owner = Files.exists(data) ? FileTree.ownerOf(data) : 0;
        if (owner == 0) {
            PostgresUser renamed = inNamespace(unshare);
            if (renamed.works()) {
                return renamed;
            }
        }
        // Everything stays the node's own but data and log: the other user has only to pass through.
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
        PostgresUser other = as(owner == 0 ? NOBODY : owner);
        if (other.enters(home)) {
            return other;
        }
        throw new EmbeddedPostgresException("PostgreSQL refuses to run as root, and neither a user namespace (unshare"
                + " --user) nor another user who can enter " + home + " (setpriv) is available: start the node as an"
                + " ordinary user, or with a data directory that others may enter, "
                + EmbeddedPostgresException.CONFIGURE_ANOTHER + ".");
    }

    private static PostgresUser inNamespace(String unshare) {
        return new PostgresUser(List.of(unshare, "--user", "--map-user=" + NOBODY, "--map-group=" + NOBODY, "--"), -1);
    }

    private static PostgresUser as(int uid) {
        return new PostgresUser(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--"), uid);
    }

    private boolean works() {
        return Command.run(command(List.of("true")), LIMIT).exitCode() == 0;
    }

    private boolean enters(Path home) {
        return Command.run(command(List.of("test", "-x", home.toString())), LIMIT)
                        .exitCode()
                == 0;
    }

    /** The command line that runs {@code program} as this user. */
    List<String> command(List<String> program) {
        List<String> line = new ArrayList<>(prefix);
        line.addAll(program);
        return line;
    }

    /** Makes everything in {@code path} this user's. */
    void own(Path path) throws IOException {
        if (ownerId >= 0) {
            FileTree.changeOwner(path, ownerId, ownerId);
        }
    }
}
