package io.rowlock.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rowlock.systemtest.load.TableUse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class MeasuringTest {
    private static final BenchCase ONE_KIB = BenchCase.ALL.get(0);

    @Test
    void theMedianIsTheMiddleOrBetweenTheTwoMiddles() {
        assertThat(Spread.of(cpu(3, 1, 9), Sample::cpuSecondsPerGb)).isEqualTo(new Spread(3, 1, 9));
        assertThat(Spread.of(cpu(8, 2, 4, 1), Sample::cpuSecondsPerGb)).isEqualTo(new Spread(3, 1, 8));
        assertThatThrownBy(() -> Spread.of(List.of(), Sample::p99Ms)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Sample> cpu(double... seconds) {
        return DoubleStream.of(seconds).mapToObj(s -> new Sample(s, 0, 100, 5)).toList();
    }

    @Test
    void theRatioIsOursOverTheirs() {
        assertThat(Report.rows(ONE_KIB, cpu(1), cpu(4)))
                .contains("| broker CPU, s per GB | 1.00 (1.00 to 1.00) | 4.00 (4.00 to 4.00) | 0.25 |")
                .contains("| PostgreSQL CPU, s per GB | 0.00 (0.00 to 0.00) | 0.00 (0.00 to 0.00) |  |");
    }

    @Test
    void theToolsLastLineCountsAndNotItsProgress() {
        String output = """
                62465 records sent, 12493.0 records/sec (12.20 MB/sec), 1789.7 ms avg latency, 2000.0 ms max latency.
                100000 records sent, 50000.0 records/sec (48.83 MB/sec), 400.12 ms avg latency, 700.00 ms max latency, 390 ms 50th, 600 ms 95th, 650 ms 99th, 690 ms 99.9th.
                """;
        Client.Measured measured = Client.produced(output, ONE_KIB, 100_000);
        assertThat(measured.megabytesPerSecond()).isEqualTo(51.2, within(1e-9));
        assertThat(measured.p99Ms()).isEqualTo(650);
        assertThatThrownBy(() -> Client.produced(output, ONE_KIB, 62_465)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void processorTimeGrowsWithWork() {
        double before = CpuTime.ofProcess(ProcessHandle.current().pid());
        long sum = 0;
        while (CpuTime.ofProcess(ProcessHandle.current().pid()) < before + 0.05) {
            sum++;
        }
        assertThat(sum).isPositive();
        assertThat(CpuTime.ofTree(ProcessHandle.current())).isGreaterThanOrEqualTo(before + 0.05);
    }

    @Test
    void theCommandLineIsReadOrRefused() {
        Options options =
                Options.parse("--cases", "consume-1k,produce-1k", "--pairs", "7", "--scale", "0.5", "--self-check");
        assertThat(options.cases()).extracting(BenchCase::name).containsExactly("consume-1k", "produce-1k");
        assertThat(options.pairs()).isEqualTo(7);
        assertThat(options.records(ONE_KIB)).isEqualTo(500_000);
        assertThat(options.selfCheck()).isTrue();
        for (String[] wrong : new String[][] {{"--pairs"}, {"--pairs", "0"}, {"--cases", "none"}, {"--fast"}}) {
            assertThatThrownBy(() -> Options.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void numbersAreReadOrRefused() {
        Map<String, Double> defaults = Map.of("--pairs", 5.0, "--scale", 1.0);
        NumberOptions options = NumberOptions.parse(defaults, "--scale", "0.25");
        assertThat(options.number("--scale")).isEqualTo(0.25);
        assertThat(options.whole("--pairs")).isEqualTo(5);
        for (String[] wrong :
                new String[][] {{"--pairs"}, {"--pairs", "0"}, {"--pairs", "-1"}, {"--pairs", "many"}, {"--fast", "1"}
                }) {
            assertThatThrownBy(() -> NumberOptions.parse(defaults, wrong)).isInstanceOf(UsageException.class);
        }
    }

    @Test
    void tablesThatNobodyUpdatedAreLeftOut() {
        Map<String, TableUse> tables =
                new TreeMap<>(Map.of("busy", new TableUse(40_960, 1_000, 995), "quiet", new TableUse(8_192, 0, 0)));
        assertThat(CommitTableSize.table(tables)).endsWith("| --- |\n| busy | 40 | 1000 | 99.5 % |\n");
    }
}
