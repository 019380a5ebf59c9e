package io.rowlock.node.boot;

import io.rowlock.log.CorruptLogException;
import io.rowlock.log.DirectoryLockedException;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.LogEnvironment;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes the data directory: its lock proves that no other process of this machine uses it. */
final class DirectoryStep implements Step {

    private final LogEnvironment environment;
    private final Path path;
    private @Nullable LogDirectory directory;

    DirectoryStep(LogEnvironment environment, Path path) {
        this.environment = environment;
        this.path = path.toAbsolutePath().normalize();
    }

    /** After the start. */
    LogDirectory directory() {
        return Objects.requireNonNull(directory);
    }

    @Override
    public String name() {
        return "data directory";
    }

    @Override
    public void start() {
        try {
            directory = LogDirectory.open(environment, path);
            Ballast.trim(environment.disk(), path);
        } catch (DirectoryLockedException e) {
            throw failure(
                    "is in use by another process: stop that one, or give this node another rowlock.data-dir.", e);
        } catch (AccessDeniedException e) {
            throw failure("cannot be written to: give this user the right to, or name another rowlock.data-dir.", e);
        } catch (FileAlreadyExistsException e) {
            throw failure("is a file: name a directory in rowlock.data-dir.", e);
        } catch (NoSuchFileException e) {
            throw failure("cannot be created: name a directory that this user may create in rowlock.data-dir.", e);
        } catch (CorruptLogException e) {
            throw failure("is damaged (" + e.getMessage() + "): restore it, or name another rowlock.data-dir.", e);
        } catch (IOException e) {
            throw failure("cannot be used (" + e + "): correct that, or name another rowlock.data-dir.", e);
        }
    }

    private StartupException failure(String sentence, Throwable cause) {
        return new StartupException(ExitCode.DATA_DIRECTORY, "The data directory " + path + " " + sentence, cause);
    }

    @Override
    public void stop() throws IOException {
        directory().close();
    }
}
