package io.rowlock.broker.group;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GroupSimulationTest {

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatMembersAreToldFitsTogether(long seed) {
        new GroupSimulation(seed).run();
    }
}
