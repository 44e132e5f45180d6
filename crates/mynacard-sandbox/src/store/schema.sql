PRAGMA foreign_keys = ON;

CREATE TABLE IF NOT EXISTS kept (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS institution (
    code           TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    kind           TEXT NOT NULL,
    visual_check   INTEGER NOT NULL,
    purposes       TEXT NOT NULL,
    terminal_limit INTEGER NOT NULL
) STRICT;

-- One row for each ユーザー設定情報 handed out. The code itself is not kept.
CREATE TABLE IF NOT EXISTS activation (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    institution TEXT NOT NULL REFERENCES institution (code),
    code_sha256 BLOB NOT NULL,
    expires     INTEGER NOT NULL,
    used        INTEGER,
    wrong       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS terminal (
    id          TEXT PRIMARY KEY,
    institution TEXT NOT NULL REFERENCES institution (code),
    -- From this instant on it is no terminal any more.
    removed     INTEGER
) STRICT;

-- A terminal's certificates: two of them from a renewal until the new one is first shown.
CREATE TABLE IF NOT EXISTS credential (
    certificate_sha256 BLOB PRIMARY KEY,
    number             INTEGER NOT NULL UNIQUE,
    terminal           TEXT NOT NULL REFERENCES terminal (id),
    key_sha256         BLOB NOT NULL,
    not_after          INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS challenge (
    id          TEXT PRIMARY KEY,
    terminal    TEXT NOT NULL REFERENCES terminal (id),
    nonce       BLOB NOT NULL,
    method      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    date        TEXT NOT NULL,
    issued      INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    -- Set when the nonce is spent; the outcome follows in the same transaction or never.
    idempotency TEXT,
    body_sha256 BLOB,
    key_sha256  BLOB,
    status      INTEGER,
    outcome     TEXT,
    -- The visual check's relay.
    relay       TEXT UNIQUE,
    relay_step  INTEGER,
    relay_key   BLOB,
    granted     TEXT
) STRICT;

-- Operator confirmations serve once.
CREATE TABLE IF NOT EXISTS tap (
    terminal TEXT NOT NULL,
    tap      TEXT NOT NULL,
    PRIMARY KEY (terminal, tap)
) STRICT;
