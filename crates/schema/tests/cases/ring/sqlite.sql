ALTER TABLE "users" ADD COLUMN "motto" TEXT DEFAULT 'it''s fine';

CREATE INDEX "users__motto_index" ON "users" ("motto", "id");

ALTER TABLE "users" ADD COLUMN "level" TEXT NOT NULL DEFAULT 'b''s' CHECK ("level" IN ('a', 'b''s'));

ALTER TABLE "users" ADD COLUMN "joined" TEXT;

CREATE TABLE "squads" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "captain_id" INTEGER REFERENCES "players"("id"),
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE UNIQUE INDEX "squads__captain_id_unique" ON "squads" ("captain_id");

CREATE INDEX "squads__captain_id_index" ON "squads" ("captain_id", "id");

CREATE INDEX "squads__created_at_index" ON "squads" ("created_at", "id");

CREATE TABLE "players" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "user_id" TEXT NOT NULL REFERENCES "users"("id"),
  "squad_id" TEXT REFERENCES "squads"("id"),
  "rival_id" INTEGER REFERENCES "players"("id"),
  "mood" TEXT CHECK ("mood" IN ('it''s', 'say "hi"')),
  "nickname" TEXT,
  "a_field_whose_name_goes_on_and_on_until_it_is_cut" TEXT,
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX "players__user_id_index" ON "players" ("user_id", "id");

CREATE UNIQUE INDEX "players__squad_id_unique" ON "players" ("user_id", "squad_id");

CREATE INDEX "players__squad_id_index" ON "players" ("user_id", "squad_id", "id");

CREATE INDEX "players__squad_id_reference" ON "players" ("squad_id");

CREATE UNIQUE INDEX "players__rival_id_unique" ON "players" ("rival_id");

CREATE INDEX "players__rival_id_index" ON "players" ("user_id", "rival_id", "id");

CREATE UNIQUE INDEX "players__nickname_unique" ON "players" ("nickname");

CREATE INDEX "players__nickname_index" ON "players" ("user_id", "nickname", "id");

CREATE INDEX "players__a_field_whose_name_goes_on_and_on_until_135250a7_index" ON "players" ("user_id", "a_field_whose_name_goes_on_and_on_until_it_is_cut", "id");

CREATE INDEX "players__created_at_index" ON "players" ("user_id", "created_at", "id");
