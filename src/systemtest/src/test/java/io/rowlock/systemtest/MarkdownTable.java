package io.rowlock.systemtest;

/** Rows of a table in Markdown. */
final class MarkdownTable {
    private final StringBuilder text = new StringBuilder();

    MarkdownTable(String... columns) {
        row(columns);
        text.append("| --- ".repeat(columns.length)).append("|\n");
    }

    MarkdownTable row(String... cells) {
        for (String cell : cells) {
            text.append("| ")
                    .append(cell.replace("|", "\\|").replace('\n', ' '))
                    .append(' ');
        }
        text.append("|\n");
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
