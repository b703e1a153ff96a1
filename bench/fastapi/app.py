"""The to-do API of the benchmark in FastAPI, SQLModel and an asynchronous driver: what this project replaces.

Every request is signed in by a token, which a dependency checks; there is no audit, no limit of rate and no session that
could be revoked. `main.py` fills the database and serves it.
"""

import os
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import event
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import Column, DateTime, Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

SECRET = "a secret of the benchmark, known to all of its workers"


def now() -> datetime:
    return datetime.now(timezone.utc)


class TaskIn(SQLModel):
    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=1000)
    completed: bool = False


class Task(TaskIn, table=True):
    __tablename__ = "tasks"
    id: int | None = Field(default=None, primary_key=True)
    user_id: uuid.UUID = Field(index=True)
    created_at: datetime = Field(default_factory=now, sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(default_factory=now, sa_column=Column(DateTime(timezone=True), nullable=False))


def make_engine():
    url = os.environ["BENCH_DATABASE"]
    engine = create_async_engine(url, pool_size=10, max_overflow=0)
    if url.startswith("sqlite"):
        # What an answer of success promises elsewhere in this benchmark: the write-ahead log, and a sync per commit.
        @event.listens_for(engine.sync_engine, "connect")
        def settings(connection, _record):
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


engine = make_engine()
sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


def caller(token: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())], user_id: uuid.UUID) -> uuid.UUID:
    try:
        claims = jwt.decode(token.credentials, SECRET, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "not signed in") from error
    if claims["sub"] != str(user_id):
        raise HTTPException(403, "not yours")
    return user_id


Session = Annotated[AsyncSession, Depends(session)]
Caller = Annotated[uuid.UUID, Depends(caller)]


@app.get("/api/{user_id}/tasks")
async def list_tasks(user: Caller, session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[Task]:
    found = await session.exec(select(Task).where(Task.user_id == user).order_by(Task.id).limit(limit))
    return list(found)


@app.post("/api/{user_id}/tasks", status_code=201)
async def create_task(user: Caller, session: Session, new: TaskIn) -> Task:
    task = Task(**new.model_dump(), user_id=user)
    session.add(task)
    await session.commit()
    return task


@app.get("/api/{user_id}/tasks/{task_id}")
async def get_task(user: Caller, session: Session, task_id: int) -> Task:
    found = await session.exec(select(Task).where(Task.id == task_id, Task.user_id == user))
    task = found.first()
    if task is None:
        raise HTTPException(404, "no such task")
    return task
