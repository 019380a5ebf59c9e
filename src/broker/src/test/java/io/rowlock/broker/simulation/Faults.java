package io.rowlock.broker.simulation;

import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.List;

/** What goes wrong in a simulation, and when: chance decides. */
final class Faults {
    private static final int PAUSE_MILLIS_MAX = 2_000;
    private static final int DOWN_MILLIS_MAX = 5_000;
    private static final int CUT_MILLIS_MAX = 6_000;
    private static final int AWAY_MILLIS_MAX = 8_000;

    private final SimWorld world;
    private final SimRandom random;
    private final List<SimNode> nodes;
    private boolean over;

    Faults(SimWorld world, List<SimNode> nodes) {
        this.world = world;
        this.random = world.random.split();
        this.nodes = nodes;
    }

    void start() {
        later(PAUSE_MILLIS_MAX, this::next);
    }

    /** Mends everything, and lets nothing more go wrong. */
    void end() {
        over = true;
        world.weather.clear();
        world.network.healAll();
        nodes.forEach(SimNode::start);
    }

    private void next() {
        if (!over) {
            happen();
            later(PAUSE_MILLIS_MAX, this::next);
        }
    }

    private void happen() {
        SimNode node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(13)) {
            case 0, 1 -> {
                node.kill();
                laterUnlessOver(DOWN_MILLIS_MAX, node::start);
            }
            case 2, 3 -> {
                node.losePower();
                laterUnlessOver(DOWN_MILLIS_MAX, node::start);
            }
            case 4 -> powerOfAll();
            case 5 -> {
                node.stop();
                laterUnlessOver(2 * DOWN_MILLIS_MAX, node::start);
            }
            case 6, 7 -> node.pause(Duration.ofMillis(1 + random.nextInt(CUT_MILLIS_MAX)));
            case 8 -> cut(node.machine(), other(node).machine(), random.chance(500));
            case 9 -> storeAway();
            case 10 -> {
                world.tally.count("nodes cut from the store");
                world.weather.cutOff(node.id);
                later(CUT_MILLIS_MAX, () -> world.weather.reach(node.id));
            }
            case 11 -> badWeather();
            default -> {
                if (world.network.breakOne(node.machine(), other(node).machine())) {
                    world.tally.count("broken connections");
                }
            }
        }
    }

    private SimNode other(SimNode node) {
        return nodes.get((nodes.indexOf(node) + 1 + random.nextInt(nodes.size() - 1)) % nodes.size());
    }

    private void powerOfAll() {
        if (random.chance(300)) {
            nodes.forEach(node -> {
                node.losePower();
                laterUnlessOver(DOWN_MILLIS_MAX, node::start);
            });
        }
    }

    private void cut(String one, String other, boolean bothWays) {
        world.tally.count(bothWays ? "links cut" : "links cut one way");
        world.network.cut(one, other);
        if (bothWays) {
            world.network.cut(other, one);
        }
        later(CUT_MILLIS_MAX, () -> {
            world.network.heal(one, other);
            world.network.heal(other, one);
        });
    }

    private void storeAway() {
        world.tally.count("outages of the store");
        world.weather.setAway(true);
        later(AWAY_MILLIS_MAX, () -> world.weather.setAway(false));
    }

    private void badWeather() {
        world.weather.setStalls(random.nextInt(200));
        world.weather.setLosses(random.nextInt(200));
        later(AWAY_MILLIS_MAX, () -> {
            world.weather.setStalls(0);
            world.weather.setLosses(0);
        });
    }

    private void laterUnlessOver(int millisMax, Runnable task) {
        later(millisMax, () -> {
            if (!over) {
                task.run();
            }
        });
    }

    private void later(int millisMax, Runnable task) {
        world.scheduler.schedule(Duration.ofMillis(1 + random.nextInt(millisMax)), task);
    }
}
