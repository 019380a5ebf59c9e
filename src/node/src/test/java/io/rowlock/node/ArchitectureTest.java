package io.rowlock.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The house's rules, over every class of every module that ends up in a node. */
@AnalyzeClasses(packages = "io.rowlock", importOptions = ArchitectureTest.WhatRunsInANode.class)
class ArchitectureTest {

    /** Neither tests nor the kit that they are made with, packaged or not. */
    static final class WhatRunsInANode implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/")
                    && !location.contains("-tests.jar")
                    && !location.contains("testkit");
        }
    }

    private static final String[] NODE = {"io.rowlock.node.."};

    /**
     * Where the machine itself is touched: the ports' own adapters, and the embedded PostgreSQL, which is made of files and
     * processes. Each place more than these is one that a simulation cannot replace.
     */
    private static final String[] ADAPTERS = {"io.rowlock.ports..", "io.rowlock.node.postgres.."};

    @ArchTest
    static final ArchRule quarkusAndSqlAreSeenByTheNodeAlone = noClasses()
            .that()
            .resideOutsideOfPackages(NODE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quarkus..",
                    "io.agroal..",
                    "io.smallrye.config..",
                    "jakarta..",
                    "java.sql..",
                    "javax.sql..",
                    "org.hibernate..",
                    "org.flywaydb..",
                    "org.postgresql..")
            .because("the engine runs in simulations and inside other processes, where there is neither");

    @ArchTest
    static final ArchRule kafkasOwnClassesAreSeenByTestsAlone = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "kafka..")
            .because("internal packages of kafka-clients move between releases, and users bring versions of their own");

    @ArchTest
    static final ArchRule timeChanceAndFilesComeThroughPorts = noClasses()
            .that()
            .resideOutsideOfPackages(ADAPTERS)
            .should()
            .accessTargetWhere(touchesTheMachine())
            .because("one seed can run a whole cluster only if everything that waits or is chosen by chance is a port");

    @ArchTest
    static final ArchRule theBrokersPackagesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.rowlock.broker..")
            .withOptionalLayers(true)
            .layer("wire")
            .definedBy("io.rowlock.broker.wire..")
            .layer("api")
            .definedBy("io.rowlock.broker.api..")
            .layer("coordination")
            .definedBy(
                    "io.rowlock.broker.replication..",
                    "io.rowlock.broker.group..",
                    "io.rowlock.broker.transaction..",
                    "io.rowlock.broker.security..")
            .layer("partition")
            .definedBy("io.rowlock.broker.partition..")
            .layer("cluster")
            .definedBy("io.rowlock.broker.cluster..")
            .layer("assembly")
            .definedBy("io.rowlock.broker")
            .whereLayer("assembly")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("wire")
            .mayOnlyBeAccessedByLayers("assembly")
            .whereLayer("api")
            .mayOnlyBeAccessedByLayers("wire", "assembly")
            .whereLayer("coordination")
            .mayOnlyBeAccessedByLayers("api", "wire", "assembly")
            .whereLayer("partition")
            .mayOnlyBeAccessedByLayers("coordination", "api", "wire", "assembly");

    @ArchTest
    static final ArchRule theBrokersPackagesFormNoCircle =
            slices().matching("io.rowlock.broker.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule modulesFormNoCircle =
            slices().matching("io.rowlock.(*)..").should().beFreeOfCycles();

    private static DescribedPredicate<JavaAccess<?>> touchesTheMachine() {
        return DescribedPredicate.describe("touches the machine's clocks, chance, files or threads", access -> {
            JavaClass owner = access.getTargetOwner();
            String method = access.getTarget().getName();
            if (owner.isEquivalentTo(System.class)) {
                return method.equals("currentTimeMillis") || method.equals("nanoTime");
            }
            if (owner.isEquivalentTo(Thread.class)) {
                return method.equals("sleep") || (method.equals("<init>") && !isAllowedThreads(access));
            }
            return isForbidden(owner, method);
        });
    }

    /** Waiting for JDBC takes threads; nothing but JDBC runs on them. */
    private static boolean isAllowedThreads(JavaAccess<?> access) {
        return access.getOriginOwner().getName().equals("io.rowlock.node.metadata.StoreThreads");
    }

    private static boolean isForbidden(JavaClass owner, String method) {
        return switch (owner.getName()) {
            case "java.nio.file.Files",
                    "java.io.FileInputStream",
                    "java.io.FileOutputStream",
                    "java.io.RandomAccessFile",
                    "java.util.Random",
                    "java.util.SplittableRandom",
                    "java.util.concurrent.ThreadLocalRandom",
                    "java.security.SecureRandom",
                    "java.lang.ProcessBuilder" -> true;
            case "java.util.concurrent.Executors" -> method.startsWith("new");
            case "java.nio.channels.FileChannel" -> method.equals("open");
            case "java.lang.Math" -> method.equals("random");
            case "java.util.UUID" -> method.equals("randomUUID");
            case "java.time.Instant", "java.time.LocalDateTime", "java.time.ZonedDateTime" -> method.equals("now");
            case "java.util.concurrent.TimeUnit" -> method.equals("sleep");
            default -> false;
        };
    }
}
