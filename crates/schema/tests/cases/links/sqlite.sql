CREATE TABLE "tags" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "user_id" TEXT NOT NULL REFERENCES "users"("id"),
  "name" TEXT NOT NULL,
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX "tags__user_id_index" ON "tags" ("user_id", "id");

CREATE UNIQUE INDEX "tags__name_unique" ON "tags" ("user_id", "name");

CREATE INDEX "tags__created_at_index" ON "tags" ("user_id", "created_at", "id");

CREATE TABLE "prospects" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "user_id" TEXT NOT NULL REFERENCES "users"("id"),
  "name" TEXT NOT NULL,
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX "prospects__user_id_index" ON "prospects" ("user_id", "id");

CREATE INDEX "prospects__created_at_index" ON "prospects" ("user_id", "created_at", "id");

CREATE TABLE "courses" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX "courses__created_at_index" ON "courses" ("created_at", "id");

CREATE TABLE "students" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "user_id" TEXT NOT NULL REFERENCES "users"("id"),
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL,
  "_version" INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX "students__user_id_index" ON "students" ("user_id", "id");

CREATE INDEX "students__created_at_index" ON "students" ("user_id", "created_at", "id");

CREATE TABLE "prospects_tags" (
  "prospect_id" INTEGER NOT NULL REFERENCES "prospects"("id") ON DELETE CASCADE,
  "tag_id" INTEGER NOT NULL REFERENCES "tags"("id"),
  PRIMARY KEY ("prospect_id", "tag_id")
) WITHOUT ROWID, STRICT;

CREATE INDEX "prospects_tags__tag_id_reference" ON "prospects_tags" ("tag_id", "prospect_id");

CREATE TABLE "prospects_related" (
  "prospect_id" INTEGER NOT NULL REFERENCES "prospects"("id") ON DELETE CASCADE,
  "related_id" INTEGER NOT NULL REFERENCES "prospects"("id"),
  PRIMARY KEY ("prospect_id", "related_id")
) WITHOUT ROWID, STRICT;

CREATE INDEX "prospects_related__related_id_reference" ON "prospects_related" ("related_id", "prospect_id");

CREATE TABLE "prospects_members" (
  "prospect_id" INTEGER NOT NULL REFERENCES "prospects"("id") ON DELETE CASCADE,
  "member_id" TEXT NOT NULL REFERENCES "users"("id"),
  PRIMARY KEY ("prospect_id", "member_id")
) WITHOUT ROWID, STRICT;

CREATE INDEX "prospects_members__member_id_reference" ON "prospects_members" ("member_id", "prospect_id");

CREATE TABLE "students_courses" (
  "student_id" INTEGER NOT NULL REFERENCES "students"("id") ON DELETE CASCADE,
  "course_id" TEXT NOT NULL REFERENCES "courses"("id"),
  PRIMARY KEY ("student_id", "course_id")
) WITHOUT ROWID, STRICT;

CREATE INDEX "students_courses__course_id_reference" ON "students_courses" ("course_id", "student_id");
