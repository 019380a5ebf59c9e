package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.testkit.DiskEvent;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenFilesTest {

    private static final Path ROOT = Path.of("/data");

    private final SimDisk disk = new SimDisk(4);
    private OpenFiles openFiles = new OpenFiles(2);

    @BeforeEach
    void createRoot() throws IOException {
        disk.createDirectories(ROOT);
        disk.syncDirectory(Path.of("/"));
    }

    @Test
    void opensNoMoreThanTheBound() throws IOException {
        List<SegmentFile> files = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            files.add(written("f" + i));
            assertThat(openFiles.open()).isEqualTo(Math.min(i, 2));
        }
        for (SegmentFile file : files) {
            assertThat(read(file)).isEqualTo(content(file));
            assertThat(openFiles.open()).isBetween(2, 3);
        }
        for (SegmentFile file : files) {
            file.release();
        }
        assertThat(openFiles.open()).isZero();
    }

    @Test
    void aBoundBelowOneIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new OpenFiles(0));
        assertThat(new OpenFiles(1).max()).isEqualTo(1);
    }

    @Test
    void aFileThatIsBeingSentStaysOpen() throws IOException {
        openFiles = new OpenFiles(1);
        SegmentFile sent = written("sent");
        SegmentFile other = written("other");
        sent.transferTo(0, 4, new TestChannel(() -> {
            assertThat(read(other)).isEqualTo("other");
            assertThat(openFiles.open()).isEqualTo(2);
        }));
        written("third");
        assertThat(openFiles.open()).isEqualTo(1);
    }

    @Test
    void whatWasWrittenIsSyncedBeforeItIsClosed() throws IOException {
        openFiles = new OpenFiles(1);
        SegmentFile file = written("first");
        disk.syncDirectory(ROOT);
        assertThat(file.isUnsynced()).isTrue();
        written("second");
        assertThat(file.isUnsynced()).isFalse();
        disk.losePower();
        assertThat(new String(disk.readAll(file.path()), StandardCharsets.UTF_8))
                .isEqualTo("first");
    }

    @Test
    void aFileThatNeedsNoSyncIsClosedFirst() throws IOException {
        SegmentFile unsynced = written("unsynced");
        SegmentFile synced = written("synced");
        synced.sync();
        written("third");
        assertThat(unsynced.isUnsynced()).isTrue();
        assertThat(unsynced.isOpen()).isTrue();
        assertThat(synced.isOpen()).isFalse();
    }

    /** It may be an event loop, and the file another partition's. */
    @Test
    void whoReadsSyncsNoOtherFile() throws IOException {
        openFiles = new OpenFiles(1);
        SegmentFile[] read = {synced("a"), synced("b"), synced("c")};
        SegmentFile unsynced = written("unsynced");
        for (SegmentFile file : read) {
            assertThat(read(file)).isEqualTo(content(file));
            assertThat(unsynced.isUnsynced() && unsynced.isOpen()).isTrue();
            assertThat(openFiles.open()).isEqualTo(2);
        }
        assertThat(unsynced.tryClose(false)).isFalse();
        assertThat(read(unsynced)).isEqualTo("unsynced");
        unsynced.sync();
        read(read[0]);
        assertThat(openFiles.open()).isEqualTo(1);
    }

    /** Once an eighth more are open, who writes has one synced: at a bound of 16, with the 19th. */
    @Test
    void whoWritesExceedsTheBoundByAnEighthBeforeItSyncsAnother() throws IOException {
        openFiles = new OpenFiles(16);
        List<SegmentFile> files = new ArrayList<>();
        for (int i = 1; i <= 18; i++) {
            files.add(written("f" + i));
            assertThat(openFiles.open()).isEqualTo(i);
        }
        assertThat(files).allMatch(SegmentFile::isUnsynced);
        files.add(written("f19"));
        assertThat(openFiles.open()).isEqualTo(18);
        assertThat(files).filteredOn(SegmentFile::isUnsynced).hasSize(18);
        for (SegmentFile file : files) {
            file.sync();
        }
        written("one more");
        assertThat(openFiles.open()).isEqualTo(16);
    }

    @Test
    void whatWasUsedLatelyGetsASecondChance() throws IOException {
        openFiles = new OpenFiles(3);
        SegmentFile[] files = {synced("a"), synced("b"), synced("c")};
        SegmentFile fourth = synced("d");
        assertThat(files[0].isOpen()).isFalse();
        read(files[1]);
        synced("e");
        assertThat(files[1].isOpen()).isTrue();
        assertThat(files[2].isOpen() && fourth.isOpen()).isFalse();
    }

    @Test
    void aSyncThatFailedOnClosingFailsEveryLaterSyncAndWrite() throws IOException {
        openFiles = new OpenFiles(1);
        SegmentFile file = written("first");
        disk.setFaults(new DiskFaults(0, 1000));
        written("second");
        disk.setFaults(DiskFaults.NONE);
        assertThat(file.isOpen()).isFalse();
        assertThatThrownBy(file::sync).isInstanceOf(IOException.class).hasMessageContaining("an earlier sync of");
        assertThatThrownBy(() -> file.write(5, ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("an earlier sync of");
        assertThat(read(file)).isEqualTo("first");
        assertThat(disk.events().of(DiskEvent.FAILED_SYNC)).isEqualTo(1);
    }

    @Test
    void aFailedSyncIsNotTriedAgain() throws IOException {
        SegmentFile file = written("first");
        disk.setFaults(new DiskFaults(0, 1000));
        assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
        disk.setFaults(DiskFaults.NONE);
        assertThatThrownBy(file::sync).hasMessageContaining("an earlier sync of");
        assertThat(file.isUnsynced()).isFalse();
    }

    @Test
    void aDeletedFileIsReadOnByWhoeverHasIt() throws IOException {
        SegmentFile file = synced("read");
        assertThat(file.tryRetain()).isTrue();
        assertThat(file.tryClose(true)).isTrue();
        file.retire();
        disk.deleteIfExists(file.path());
        for (int i = 0; i < 5; i++) {
            written("other" + i);
        }
        assertThat(read(file)).isEqualTo("read");
        int open = openFiles.open();
        file.release();
        assertThat(openFiles.open()).isEqualTo(open - 1);
        assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aRetiredFileThatNobodyReadsIsClosed() throws IOException {
        SegmentFile file = written("unread");
        file.retire();
        assertThat(openFiles.open()).isZero();
        assertThat(file.tryRetain()).isFalse();
        assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aRenamedFileIsFoundAgain() throws IOException {
        SegmentFile file = synced("old");
        assertThat(file.tryClose(true)).isTrue();
        file.moveTo(ROOT.resolve("new"));
        assertThat(read(file)).isEqualTo("old");
    }

    @Test
    void aFileThatSomebodyTookAwayIsNotReplacedByAnEmptyOne() throws IOException {
        SegmentFile file = synced("taken");
        assertThat(file.tryClose(true)).isTrue();
        disk.deleteIfExists(file.path());
        assertThatThrownBy(() -> file.write(5, ByteBuffer.allocate(1))).isInstanceOf(NoSuchFileException.class);
        assertThat(disk.exists(file.path())).isFalse();
        assertThat(openFiles.open()).isZero();
    }

    @Test
    void whatIsNotUsedIsClosedInTheSecondRound() throws IOException {
        SegmentFile idle = synced("idle");
        SegmentFile unsynced = written("unsynced");
        openFiles.closeIdle();
        assertThat(openFiles.open()).isEqualTo(2);
        openFiles.closeIdle();
        assertThat(idle.isOpen()).isFalse();
        assertThat(unsynced.isOpen()).isTrue();
        assertThat(read(idle)).isEqualTo("idle");
    }

    @Test
    void manyThreadsShareFewHandles() throws Exception {
        int threads = 6;
        openFiles = new OpenFiles(3);
        List<SegmentFile> files = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            files.add(written("file " + i));
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                SimRandom random = new SimRandom(t);
                running.add(pool.submit(() -> {
                    for (int i = 0; i < 3000; i++) {
                        SegmentFile file = files.get(random.nextInt(files.size()));
                        switch (random.nextInt(4)) {
                            case 0 -> file.sync();
                            case 1 -> file.write(0, bytes(content(file)));
                            default -> assertThat(read(file)).isEqualTo(content(file));
                        }
                        assertThat(openFiles.open()).isLessThanOrEqualTo(3 + threads);
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                await(each);
            }
        } finally {
            pool.shutdown();
        }
        files.get(0).sync();
        files.get(1).sync();
        assertThat(openFiles.open()).isLessThanOrEqualTo(3);
    }

    private static void await(Future<?> running) throws InterruptedException {
        try {
            running.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private SegmentFile written(String name) throws IOException {
        LogEnvironment environment = new LogEnvironment(disk, new SimClock(), new SimRandom(1), openFiles);
        SegmentFile file = SegmentFile.writable(environment, ROOT.resolve(name));
        file.write(0, bytes(name));
        return file;
    }

    private SegmentFile synced(String name) throws IOException {
        SegmentFile file = written(name);
        file.sync();
        return file;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String content(SegmentFile file) {
        return String.valueOf(file.path().getFileName());
    }

    private static String read(SegmentFile file) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(100);
        int read = file.read(0, target);
        return new String(target.array(), 0, read, StandardCharsets.UTF_8);
    }

    /** Does something in the middle of being written to. */
    private static final class TestChannel implements WritableByteChannel {
        private interface Action {
            void run() throws IOException;
        }

        private final Action action;

        private TestChannel(Action action) {
            this.action = action;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            action.run();
            int length = source.remaining();
            source.position(source.limit());
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }
}
