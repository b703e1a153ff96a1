ALTER TABLE "users" ADD COLUMN "nickname" TEXT;

CREATE UNIQUE INDEX "users__nickname_unique" ON "users" ("nickname");

CREATE INDEX "users__nickname_index" ON "users" ("nickname", "id");

ALTER TABLE "users" ADD COLUMN "birthday" TEXT;

ALTER TABLE "users" ADD COLUMN "newsletter" INTEGER NOT NULL DEFAULT 0 CHECK ("newsletter" IN (0, 1));

CREATE TABLE "clientele" (
  "_row" INTEGER PRIMARY KEY,
  "id" TEXT NOT NULL UNIQUE,
  "name" TEXT NOT NULL,
  "email" TEXT,
  "phone" TEXT,
  "website" TEXT,
  "loyalty" TEXT,
  "code" TEXT,
  "secret" TEXT NOT NULL,
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1,
  "_deleted_at" TEXT
) STRICT;

CREATE INDEX "clientele__name_index" ON "clientele" ("name", "id") WHERE "_deleted_at" IS NULL;

CREATE UNIQUE INDEX "clientele__email_unique" ON "clientele" ("email") WHERE "_deleted_at" IS NULL;

CREATE INDEX "clientele__email_index" ON "clientele" ("email", "id") WHERE "_deleted_at" IS NULL;

CREATE UNIQUE INDEX "clientele__loyalty_unique" ON "clientele" ("loyalty") WHERE "_deleted_at" IS NULL;

CREATE INDEX "clientele__loyalty_index" ON "clientele" ("loyalty", "id") WHERE "_deleted_at" IS NULL;

CREATE INDEX "clientele__created_at_index" ON "clientele" ("created_at", "id") WHERE "_deleted_at" IS NULL;

CREATE VIRTUAL TABLE "_clientele_search" USING fts5(
  "name",
  content='clientele', content_rowid='_row',
  tokenize='unicode61 remove_diacritics 2', prefix='1 2 3', columnsize=0
);

CREATE TRIGGER "_clientele_search_insert" AFTER INSERT ON "clientele" BEGIN
  INSERT INTO "_clientele_search" (rowid, "name") VALUES (new."_row", new."name");
END;

CREATE TRIGGER "_clientele_search_delete" AFTER DELETE ON "clientele" BEGIN
  INSERT INTO "_clientele_search" ("_clientele_search", rowid, "name") VALUES ('delete', old."_row", old."name");
END;

CREATE TRIGGER "_clientele_search_update" AFTER UPDATE OF "name" ON "clientele" BEGIN
  INSERT INTO "_clientele_search" ("_clientele_search", rowid, "name") VALUES ('delete', old."_row", old."name");
  INSERT INTO "_clientele_search" (rowid, "name") VALUES (new."_row", new."name");
END;

CREATE TABLE "repairs" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "user_id" TEXT NOT NULL REFERENCES "users"("id"),
  "customer_id" TEXT NOT NULL REFERENCES "clientele"("id"),
  "mechanic_id" TEXT REFERENCES "users"("id"),
  "previous_id" INTEGER REFERENCES "repairs"("id"),
  "title" TEXT,
  "notes" TEXT,
  "hours" INTEGER,
  "price" INTEGER,
  "in_yen" INTEGER,
  "weight" INTEGER,
  "plain" INTEGER,
  "score" REAL,
  "urgent" INTEGER CHECK ("urgent" IN (0, 1)),
  "due" TEXT,
  "opens" TEXT,
  "received_at" TEXT NOT NULL,
  "done_at" TEXT,
  "state" TEXT NOT NULL CHECK ("state" IN ('waiting', 'in work', 'done')),
  "extra" TEXT CHECK ("extra" IS NULL OR json_valid("extra")),
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1,
  "_deleted_at" TEXT
) STRICT;

CREATE INDEX "repairs__user_id_index" ON "repairs" ("user_id", "_deleted_at", "id");

CREATE INDEX "repairs__customer_id_index" ON "repairs" ("user_id", "customer_id", "id") WHERE "_deleted_at" IS NULL;

CREATE INDEX "repairs__customer_id_reference" ON "repairs" ("customer_id");

CREATE INDEX "repairs__mechanic_id_index" ON "repairs" ("user_id", "mechanic_id", "id") WHERE "_deleted_at" IS NULL;

CREATE INDEX "repairs__mechanic_id_reference" ON "repairs" ("mechanic_id");

CREATE INDEX "repairs__previous_id_index" ON "repairs" ("user_id", "previous_id", "id") WHERE "_deleted_at" IS NULL;

CREATE INDEX "repairs__previous_id_reference" ON "repairs" ("previous_id");

CREATE INDEX "repairs__urgent_index" ON "repairs" ("user_id", "urgent", "id") WHERE "_deleted_at" IS NULL;

CREATE INDEX "repairs__due_index" ON "repairs" ("user_id", "due", "id") WHERE "_deleted_at" IS NULL;

CREATE INDEX "repairs__created_at_index" ON "repairs" ("user_id", "created_at", "id") WHERE "_deleted_at" IS NULL;

CREATE VIRTUAL TABLE "_repairs_search" USING fts5(
  "notes",
  content='repairs', content_rowid='id',
  tokenize='unicode61 remove_diacritics 2', prefix='1 2 3', columnsize=0
);

CREATE TRIGGER "_repairs_search_insert" AFTER INSERT ON "repairs" BEGIN
  INSERT INTO "_repairs_search" (rowid, "notes") VALUES (new."id", new."notes");
END;

CREATE TRIGGER "_repairs_search_delete" AFTER DELETE ON "repairs" BEGIN
  INSERT INTO "_repairs_search" ("_repairs_search", rowid, "notes") VALUES ('delete', old."id", old."notes");
END;

CREATE TRIGGER "_repairs_search_update" AFTER UPDATE OF "notes" ON "repairs" BEGIN
  INSERT INTO "_repairs_search" ("_repairs_search", rowid, "notes") VALUES ('delete', old."id", old."notes");
  INSERT INTO "_repairs_search" (rowid, "notes") VALUES (new."id", new."notes");
END;
