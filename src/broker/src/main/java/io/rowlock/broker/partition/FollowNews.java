package io.rowlock.broker.partition;

/** What a leader says of its log besides records: its high watermark, and where its log begins. */
record FollowNews(long highWatermark, long logStart) {}
