package io.rowlock.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of the documentation of which some parts are written by tests: those between {@code generated} and {@code end} marks. */
final class GeneratedParts {
    private static final Pattern PART =
            Pattern.compile("(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", Pattern.DOTALL);

    private final Path page;
    private final String text;

    GeneratedParts(Path page) {
        this.page = page;
        try {
            this.text = Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + page, e);
        }
    }

    String text() {
        return text;
    }

    /** The page with these parts, by name, instead of its own; all its parts must be among them, and no others. */
    String with(Map<String, String> parts) {
        Matcher matcher = PART.matcher(text);
        StringBuilder page = new StringBuilder();
        int found = 0;
        while (matcher.find()) {
            String part = parts.get(matcher.group(2));
            if (part == null) {
                throw new AssertionError(this.page + " wants a part " + matcher.group(2) + " that nobody writes");
            }
            found++;
            matcher.appendReplacement(page, Matcher.quoteReplacement(matcher.group(1) + part + matcher.group(3)));
        }
        if (found != parts.size()) {
            throw new AssertionError(this.page + " has " + found + " parts, but there are " + parts.keySet());
        }
        return matcher.appendTail(page).toString();
    }

    void write(String newText) {
        try {
            Files.writeString(page, newText);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + page, e);
        }
    }
}
