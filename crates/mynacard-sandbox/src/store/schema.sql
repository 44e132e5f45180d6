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

-- What an activation was answered with, for the identical request alone. It holds a certificate and no key.
CREATE TABLE IF NOT EXISTS activated (
    number      INTEGER PRIMARY KEY REFERENCES activation (number),
    idempotency TEXT NOT NULL,
    body_sha256 BLOB NOT NULL,
    outcome     TEXT NOT NULL
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

-- The portals. Passwords are stretched; links and sessions are kept as hashes.
CREATE TABLE IF NOT EXISTS account (
    mail         TEXT PRIMARY KEY,
    salt         BLOB NOT NULL,
    password     BLOB NOT NULL,
    wrong        INTEGER NOT NULL DEFAULT 0,
    locked_until INTEGER NOT NULL DEFAULT 0,
    portal       TEXT NOT NULL,
    kind         TEXT NOT NULL,
    role         TEXT NOT NULL,
    institution  TEXT NOT NULL,
    -- The form's further members, as JSON.
    details      TEXT NOT NULL,
    link_sha256  BLOB NOT NULL,
    link_expires INTEGER NOT NULL,
    active       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS session (
    token_sha256 BLOB PRIMARY KEY,
    mail         TEXT NOT NULL REFERENCES account (mail),
    expires      INTEGER NOT NULL
) STRICT;

-- Accounts whose application carried a proof that they are of their institution.
CREATE TABLE IF NOT EXISTS proven (
    mail TEXT PRIMARY KEY REFERENCES account (mail)
) STRICT;

CREATE TABLE IF NOT EXISTS application (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    institution TEXT NOT NULL,
    additional  INTEGER NOT NULL,
    staff       INTEGER NOT NULL,
    terminals   INTEGER NOT NULL,
    ready       INTEGER NOT NULL,
    granted     INTEGER NOT NULL DEFAULT 0
) STRICT;

-- ユーザー設定情報 as the portal shows them: the one place that has the code itself.
CREATE TABLE IF NOT EXISTS settings (
    id          TEXT PRIMARY KEY,
    institution TEXT NOT NULL,
    code        TEXT NOT NULL,
    expires     INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS operation (
    institution TEXT PRIMARY KEY,
    starts      TEXT NOT NULL
) STRICT;

-- 導入届 and 廃止届.
CREATE TABLE IF NOT EXISTS filing (
    code      TEXT PRIMARY KEY,
    insurer   TEXT NOT NULL,
    details   TEXT NOT NULL,
    abolished TEXT
) STRICT;

-- 居宅同意取得型. A person is her number in the synthetic list.
CREATE TABLE IF NOT EXISTS checked (
    id          TEXT PRIMARY KEY,
    institution TEXT NOT NULL,
    person      INTEGER NOT NULL,
    purpose     TEXT NOT NULL,
    consents    TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS consent (
    institution  TEXT NOT NULL,
    reference    TEXT NOT NULL,
    person       INTEGER NOT NULL,
    care         TEXT NOT NULL,
    kinds        TEXT NOT NULL,
    consented    INTEGER NOT NULL,
    consent_date TEXT NOT NULL,
    visit        TEXT NOT NULL,
    expires      INTEGER NOT NULL,
    ended        INTEGER,
    reason       TEXT,
    PRIMARY KEY (institution, reference)
) STRICT;

-- What calls with an idempotency key were answered with.
CREATE TABLE IF NOT EXISTS delivered (
    terminal    TEXT NOT NULL,
    idempotency TEXT NOT NULL,
    request     BLOB NOT NULL,
    outcome     TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (terminal, idempotency)
) STRICT;

CREATE TABLE IF NOT EXISTS reception (
    row         INTEGER PRIMARY KEY AUTOINCREMENT,
    number      TEXT UNIQUE,
    institution TEXT NOT NULL,
    care        TEXT NOT NULL,
    by_visit    INTEGER NOT NULL,
    first       TEXT NOT NULL,
    last        TEXT NOT NULL,
    limits      INTEGER NOT NULL,
    diseases    INTEGER NOT NULL,
    format      TEXT NOT NULL,
    accepted    INTEGER NOT NULL,
    ready       INTEGER NOT NULL
) STRICT;

-- Every challenge counts its terminal's and forgets the old ones; both must stay quick in a day of many.
CREATE INDEX IF NOT EXISTS challenge_issued ON challenge (terminal, issued);
CREATE INDEX IF NOT EXISTS challenge_expires ON challenge (expires);
CREATE INDEX IF NOT EXISTS checked_at ON checked (at);
CREATE INDEX IF NOT EXISTS delivered_at ON delivered (at);
