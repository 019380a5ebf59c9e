package io.rowlock.protocol.generator;

/** The least bytes that values take on the wire: what the count of an array is held against. */
final class MinimumSize {
    private final MessageSchema message;

    MinimumSize(MessageSchema message) {
        this.message = message;
    }

    /** The least that an element of {@code array} takes in any version of the field, at least 1. */
    int ofElement(FieldSchema field, FieldType.Array array) {
        int least = Integer.MAX_VALUE;
        for (int v = field.versions().lowest(); v <= field.versions().highest(); v++) {
            least = Math.min(least, of(array.element(), v, field.flexible().contains(v)));
        }
        return Math.max(1, least);
    }

    private int of(FieldType type, int version, boolean flexible) {
        if (type instanceof FieldType.Struct struct) {
            return of(message.struct(struct), version);
        }
        if (type instanceof FieldType.Primitive primitive && primitive.fixedSize() > 0) {
            return primitive.fixedSize();
        }
        if (flexible) {
            return 1;
        }
        return type == FieldType.Primitive.STRING ? Short.BYTES : Integer.BYTES;
    }

    private int of(StructSchema struct, int version) {
        int size = struct.flexible().contains(version) ? 1 : 0;
        for (FieldSchema field : struct.plainFields()) {
            if (field.versions().contains(version)) {
                boolean mayBeOneByte = field.type() instanceof FieldType.Struct
                        && field.nullable().contains(version);
                size += mayBeOneByte
                        ? 1
                        : of(field.type(), version, field.flexible().contains(version));
            }
        }
        return size;
    }
}
