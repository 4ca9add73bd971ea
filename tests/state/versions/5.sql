-- A state file of version 5, as its release made it. Never edited.
PRAGMA application_id = 1937337955;
PRAGMA user_version = 5;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'sync-cli state','0001_first','2026-03-01 12:30:15+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'sync-cli state','0002_corrections','2026-03-01 12:30:15+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'sync-cli state','0003_seen_targets','2026-03-01 12:30:15+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'sync-cli state','0004_corrected_records','2026-03-01 12:30:15+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'sync-cli state','0005_fields_before','2026-03-01 12:30:15+00:00');
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    run INTEGER NOT NULL,
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    label TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    payload_hash TEXT NOT NULL,
    target TEXT NOT NULL,
    payload TEXT
);
INSERT INTO "audit" VALUES(1,'2026-03-01T12:30:15.250000+00:00',1,'shop.orders','7','Order 7','create','done','','request-7','','S7',NULL);
INSERT INTO "audit" VALUES(2,'2026-03-01T12:30:15.250000+00:00',0,'shop.orders','10','Order 10','dismiss','done','by anna: line 2 has no tax class','','','',NULL);
CREATE TABLE corrections (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    path TEXT NOT NULL,
    value TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL, birth TEXT NOT NULL DEFAULT '', entry TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (entity, id, path)
) WITHOUT ROWID;
INSERT INTO "corrections" VALUES('order','9','lines[1].tax_class','reduced','2026-03-01T12:30:15.250000+00:00','anna','key-9','91');
CREATE TABLE dismissed (
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (route, id)
) WITHOUT ROWID;
INSERT INTO "dismissed" VALUES('shop.orders','10','old','2026-03-01T12:30:15.250000+00:00','anna');
CREATE TABLE ends (
    number INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    thing INTEGER NOT NULL,
    system TEXT NOT NULL,
    part TEXT NOT NULL,
    id TEXT NOT NULL,
    birth TEXT NOT NULL,
    UNIQUE (entity, system, id, part),
    UNIQUE (entity, thing, system, part)
);
INSERT INTO "ends" VALUES(1,'order',1,'shop','','7','key-7');
INSERT INTO "ends" VALUES(2,'order',1,'erp','','S7','WC-x-7');
CREATE TABLE facts (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    fact TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (entity, id, fact)
) WITHOUT ROWID;
INSERT INTO "facts" VALUES('order','7','erp_number','SO7');
CREATE TABLE fingerprints (
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    payload TEXT NOT NULL,
    mapping TEXT NOT NULL,
    content TEXT NOT NULL,
    wanted TEXT NOT NULL, seen TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (route, id)
) WITHOUT ROWID;
INSERT INTO "fingerprints" VALUES('shop.orders','7','payload-7','mapping-1','content-7','confirmed','seen-7');
CREATE TABLE held (
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    why TEXT NOT NULL,
    until TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    since TEXT NOT NULL,
    problem TEXT NOT NULL,
    label TEXT NOT NULL,
    content TEXT NOT NULL, birth TEXT NOT NULL DEFAULT '', places TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (route, id)
) WITHOUT ROWID;
INSERT INTO "held" VALUES('shop.orders','9','retry','2026-03-01T12:31:15.250000+00:00',2,'2026-03-01T12:30:15.250000+00:00','{"code":"no-tax-class","record":"Order 7","message":"line 2 has no tax class","remedy":"Set one.","system":"shop","field":"lines","status":400,"transient":true}','Order 9','content','key-9','{"lines[1]":"91"}');
CREATE TABLE identities (
    system TEXT PRIMARY KEY,
    facts TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "identities" VALUES('shop','{"home_url":"https://shop.example"}');
CREATE TABLE installation (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL,
    last_run INTEGER NOT NULL
);
INSERT INTO "installation" VALUES(1,'0123456789ab',2);
CREATE TABLE intents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    reference TEXT NOT NULL,
    step TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    request_id TEXT NOT NULL,
    run INTEGER NOT NULL,
    payload TEXT NOT NULL,
    target TEXT NOT NULL,
    closed_at TEXT
, before TEXT NOT NULL DEFAULT '');
INSERT INTO "intents" VALUES(1,'shop.orders','7','WC-x-7','create','2026-03-01T12:30:15.250000+00:00','request-7',1,'','','2026-03-01T12:30:15.250000+00:00','');
INSERT INTO "intents" VALUES(2,'shop.orders','8','WC-x-8','create','2026-03-01T12:30:15.250000+00:00','request-8',1,'','',NULL,'note=0123456789ab');
CREATE TABLE pauses (
    system TEXT PRIMARY KEY,
    not_before TEXT NOT NULL,
    why TEXT NOT NULL,
    secret_hash TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "pauses" VALUES('erp','2026-03-01T12:31:15.250000+00:00','access denied','hash');
CREATE TABLE positions (
    route TEXT PRIMARY KEY,
    resume TEXT NOT NULL,
    since TEXT,
    clock TEXT NOT NULL,
    scope TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "positions" VALUES('shop.orders','page 3',NULL,'2026-03-01T12:30:15.250000+00:00','scope');
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    process INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    exit_code INTEGER,
    counts TEXT NOT NULL DEFAULT '{}'
);
INSERT INTO "runs" VALUES(1,'orders',4711,'2026-03-01T12:30:15.250000+00:00','2026-03-01T12:31:15.250000+00:00',3,'{"created":1}');
INSERT INTO "runs" VALUES(2,'orders',4711,'2026-03-01T12:31:15.250000+00:00',NULL,NULL,'{}');
CREATE TABLE said (
    cause TEXT PRIMARY KEY,
    at TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "said" VALUES('4d335278f9fa72ecdbf1792a','2026-03-01T12:30:15.250000+00:00');
CREATE TABLE skipped (
    route TEXT NOT NULL,
    id TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (route, id)
) WITHOUT ROWID;
INSERT INTO "skipped" VALUES('shop.orders','11','draft');
CREATE TABLE stages (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    stage TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (entity, id, stage)
) WITHOUT ROWID;
INSERT INTO "stages" VALUES('order','7','created','2026-03-01T12:30:15.250000+00:00');
CREATE TABLE watermarks (
    route TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    scope TEXT NOT NULL,
    set_at TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "watermarks" VALUES('shop.refunds','2026-03-01T12:30:15.250000+00:00','scope','2026-03-01T12:31:15.250000+00:00');
CREATE TABLE withdrawn (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (entity, id)
) WITHOUT ROWID;
INSERT INTO "withdrawn" VALUES('order','S6','2026-03-01T12:30:15.250000+00:00');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX ends_in_order ON ends (entity, system);
CREATE UNIQUE INDEX intents_open ON intents (route, id) WHERE closed_at IS NULL;
CREATE INDEX held_until ON held (route, until);
CREATE INDEX facts_by_value ON facts (value);
CREATE INDEX audit_by_record ON audit (id, route);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('intents',2);
COMMIT;
