"""`python main.py DATABASE_URL PORT USERS TASKS` makes the users and their tasks, prints one line of JSON with the url, the
users' ids and their tokens, and serves with two workers.
"""

import asyncio
import json
import os
import sys
import uuid
from datetime import timedelta

WORKERS = 2


async def seed(users: list[uuid.UUID], tasks: int) -> None:
    from app import SQLModel, Task, engine, now
    from sqlalchemy import insert

    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.drop_all)
        await connection.run_sync(SQLModel.metadata.create_all)
        for user in users:
            at = {"created_at": now(), "updated_at": now()}
            text = "Water the plants, feed the cat, close the windows."
            rows = [
                {"user_id": user, "title": f"Task {number}", "description": text, "completed": False, **at}
                for number in range(tasks)
            ]
            await connection.execute(insert(Task), rows)
    await engine.dispose()


def main() -> None:
    url, port, count, tasks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    # Before the module is read, here and in the workers.
    os.environ["BENCH_DATABASE"] = url
    import jwt
    import uvicorn
    from app import SECRET, now

    users = [uuid.UUID(int=number + 1) for number in range(count)]
    asyncio.run(seed(users, tasks))
    until = now() + timedelta(hours=12)
    people = [{"id": str(user), "token": jwt.encode({"sub": str(user), "exp": until}, SECRET, "HS256")} for user in users]
    print(json.dumps({"url": f"http://127.0.0.1:{port}", "users": people}), flush=True)
    uvicorn.run("app:app", host="127.0.0.1", port=port, workers=WORKERS, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
