ALTER TABLE "users" ADD COLUMN "company" TEXT;

CREATE TABLE "prospects" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "user_id" TEXT NOT NULL REFERENCES "users"("id"),
  "name" TEXT NOT NULL,
  "phone" TEXT,
  "email" TEXT,
  "status" TEXT CHECK ("status" IN ('new', 'contacted', 'won', 'lost')),
  "budget" INTEGER,
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX "prospects__user_id_index" ON "prospects" ("user_id", "id");

CREATE UNIQUE INDEX "prospects__email_unique" ON "prospects" ("user_id", "email");

CREATE INDEX "prospects__email_index" ON "prospects" ("user_id", "email", "id");

CREATE INDEX "prospects__status_index" ON "prospects" ("user_id", "status", "id");

CREATE INDEX "prospects__created_at_index" ON "prospects" ("user_id", "created_at", "id");

CREATE TABLE "follow_ups" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "user_id" TEXT NOT NULL REFERENCES "users"("id"),
  "prospect_id" INTEGER NOT NULL REFERENCES "prospects"("id"),
  "message" TEXT NOT NULL,
  "send_at" TEXT,
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX "follow_ups__user_id_index" ON "follow_ups" ("user_id", "id");

CREATE INDEX "follow_ups__prospect_id_index" ON "follow_ups" ("user_id", "prospect_id", "id");

CREATE INDEX "follow_ups__prospect_id_reference" ON "follow_ups" ("prospect_id");

CREATE INDEX "follow_ups__created_at_index" ON "follow_ups" ("user_id", "created_at", "id");
