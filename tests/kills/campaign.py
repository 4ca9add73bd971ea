"""One campaign: a sandbox, kills aimed at every dangerous phase, and peace at its end."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.kills.aims import ORDERS, STOCK, Aims
from tests.kills.child import Life, Program
from tests.kills.events import LONGEST_DELAY, Events
from tests.kills.phases import Phase
from tests.kills.sides import SandboxProcess

KEY = "kill"
ARTICLES = 19
"""The largest catalogue of which every article can be sold and linked."""
IN_DOUBT = timedelta(seconds=8)
"""A little longer than a call can be under way."""
LATEST = timedelta(seconds=LONGEST_DELAY + 1)
"""How long after a kill its last call may still arrive."""
TIME_OUT = timedelta(seconds=4)
"""Shorter than a call can be under way, so that some answers come too late."""
PAST_THE_BUFFER = 400.0
"""Seconds by which the sides' clocks are put on: longer than the buffer, which reads the past again
and would hide a watermark that moved too far."""
CALM_EVERY = 5
ATTEMPTS_A_KILL = 4
ROUNDS_TO_REST = 12
LANES = (ORDERS, STOCK)
ONE_SHELF = "entity: document\nsystem: sandbox-erp\nwrite: {drop: [warehouse]}\n"
"""Parts are vendors, and all goods lie on one shelf: the judge then knows where they left from."""
CONFIG = """\
shop: {key}
state: state.sqlite
mappings: mappings
systems:
  shop:
    kind: woocommerce
    url: {shop_url}
    key: {{env: SYNC_CLI_KILLS_KEY}}
    secret: {{env: SYNC_CLI_KILLS_SECRET}}
    in_doubt: {in_doubt}s
    timeout: {time_out}s
  erp:
    kind: rest
    profile: sandbox-erp
    url: {erp_url}
    references: {references}
    credentials:
      token: {{env: SYNC_CLI_KILLS_TOKEN}}
    in_doubt: {in_doubt}s
    timeout: {time_out}s
orders:
  mode: 'on'
  start_at: 2020-01-01
  settle: 0s
  parcels: {parcels}
  routing: {routing}
  status:
    manual_payments: [cod]
refunds:
  mode: 'on'
payments:
  mode: 'on'
  since: 2020-01-01
stock:
  mode: 'on'
  guard:
    overwrite: {{share: 1, least: 1000}}
    zero: {{share: 1, least: 1000}}
"""


@dataclass
class Story:
    """What the campaign did, for the judge: runs by the machine's clock, jumps of the sides'.

    `unrest` says why the program did not come to rest, `waiting` what it holds back in the end;
    `parts` names the articles of each document of an order, where orders are divided; `parcels`
    says where the shop has its parcels.
    """

    lives: list[Life] = field(default_factory=list)
    jumps: dict[str, list[str]] = field(default_factory=lambda: {"shop": [], "erp": []})
    unrest: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)
    parcels: str = "meta"

    @property
    def hits(self) -> Counter[Phase]:
        """How often a run died in each phase."""
        return Counter(life.died_in for life in self.lives if life.died_in is not None)

    def as_json(self, start: dict[str, Any]) -> str:
        """The document that the judge reads beside both ledgers."""
        runs = [
            {"command": life.command, "from": life.began.isoformat(), "to": life.ended.isoformat()}
            for life in self.lives
        ]
        facts = {
            "key": KEY,
            "longest_delay": LONGEST_DELAY,
            "jump": PAST_THE_BUFFER,
            "jumps": self.jumps,
            "unrest": self.unrest,
            "runs": runs,
            "stock": start["stock"],
            "parts": self.parts,
            "parcels": self.parcels,
        }
        return json.dumps(facts)


class Campaign:
    """So many kills of the real program against one sandbox; both ledgers end up in `folder`."""

    def __init__(
        self,
        folder: Path,
        kills: int,
        seed: str,
        aims: Aims,
        *,
        unique_references: bool,
        routed: bool,
        parcels: str,
        tell: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._kills = kills
        self._chance = Random(seed)
        self._aims = aims
        self._unique = unique_references
        self._routed = routed
        self._tell = tell
        self.story = Story(parcels=parcels)

    def fight(self) -> Story:
        """Carry out all kills, then let the program come to rest. Raises RuntimeError if it never
        comes to the phases that are aimed at."""
        self._folder.mkdir(parents=True, exist_ok=True)
        corrects = self.story.parcels == "fulfillments"
        with SandboxProcess(
            self._folder, ARTICLES, unique_references=self._unique, fulfillments=corrects
        ) as sandbox:
            self._sandbox = sandbox
            self._events = Events(sandbox, self._chance, routed=self._routed, corrects=corrects)
            self._events.set_up()
            start = sandbox.erp.state()
            self.story.parts = self._parts(start)
            self._program = Program(
                self._write_config(), sandbox.secrets, self._folder / "program.log"
            )
            self._kill_all()
            self._rest()
        story = self._folder / "campaign.json"
        story.write_text(self.story.as_json(start), encoding="utf-8")
        return self.story

    def _parts(self, start: dict[str, Any]) -> dict[str, list[str]]:
        """The articles of each part, where orders are divided; the last part has the rest."""
        if not self._routed:
            return {}
        return {"store": [str(row["sku"]) for row in start["stock"]][::2], "main": []}

    def _write_config(self) -> Path:
        path = self._folder / "config.yaml"
        own = self._folder / "mappings" / "sandbox-erp"
        own.mkdir(parents=True, exist_ok=True)
        (own / "document.yaml").write_text(ONE_SHELF, encoding="utf-8")
        parts = [
            {"part": part, "lines": {"sku": skus}}
            for part, skus in self.story.parts.items()
            if skus
        ]
        text = CONFIG.format(
            key=KEY,
            shop_url=self._sandbox.shop.url,
            erp_url=self._sandbox.erp.url,
            parcels=self.story.parcels,
            references="unique" if self._unique else "searchable",
            in_doubt=int(IN_DOUBT.total_seconds()),
            time_out=int(TIME_OUT.total_seconds()),
            routing=json.dumps({"parts": parts, "rest": "main" if parts else ""}),
        )
        path.write_text(text, encoding="utf-8")
        return path

    def _kill_all(self) -> None:
        for attempt in range(1, ATTEMPTS_A_KILL * self._kills + 1):
            if self.story.hits.total() >= self._kills:
                return
            self._events.happen()
            if attempt % CALM_EVERY:
                self._strike()
            else:
                self._events.mend_wires()
                self._run_both()
                self._advance_clocks()
        if self.story.hits.total() < self._kills:
            raise RuntimeError(f"only {self.story.hits.total()} of {self._kills} runs were killed")

    def _strike(self) -> None:
        """Kill a run of one lane; at times the other lane is at work as well.

        A run that was killed in a call is at times followed at once by another, which must not take
        what has not arrived yet for lost.
        """
        aim = self._aims.take(self._chance)
        self._events.spoil_wires(slow=aim.phase is Phase.IN_CALL)
        other = STOCK if aim.command == ORDERS else ORDERS
        crowded, hasty = self._chance.random() < 0.15, self._chance.random() < 0.5
        with ThreadPoolExecutor(1) as beside:
            run = beside.submit(self._program.run, other) if crowded else None
            life = self._program.kill(aim)
            self._aims.give_back(aim, life.died_in)
            self._note(life)
            if life.died_in is Phase.IN_CALL and hasty:
                self._events.mend_wires()
                self._note(self._program.run(aim.command))
            if run is not None:
                self._note(run.result())

    def _note(self, life: Life) -> None:
        self.story.lives.append(life)
        end = "lived" if life.died_in is None else f"died {life.died_in.name}"
        seconds = (life.ended - life.began).total_seconds()
        self._tell(f"{life.command:<7}{seconds:5.1f} s  exit {life.exit_code:>3}  {end}")

    def _run_both(self) -> None:
        """A run of each lane at the same time, to its end."""
        with ThreadPoolExecutor(len(LANES)) as pool:
            for life in pool.map(self._program.run, LANES):
                self._note(life)

    def _advance_clocks(self) -> None:
        """What was read so far is out of the reach of the buffer."""
        for side in self._sandbox.sides:
            self.story.jumps[side.name].append(side.advance(PAST_THE_BUFFER))

    def _rest(self) -> None:
        """Run until nothing was written twice in a row, once no lost call can still arrive."""
        self._events.mend_wires()
        self._advance_clocks()
        arrived = max(life.ended for life in self.story.lives) + LATEST
        quiet = 0
        for _ in range(ROUNDS_TO_REST):
            before = self._effects()
            self._program.run("held", "retry")
            lives = [self._program.run(lane) for lane in LANES]
            for life in lives:
                self._note(life)
            written = self._effects() - before
            certain = self._wait_until(max([arrived, *self._in_doubt_until()]))
            quiet = quiet + 1 if certain and not written else 0
            if quiet == 2:
                self._note_end(lives)
                return
        self.story.unrest = [f"after {ROUNDS_TO_REST} runs of each lane there are still writes"]

    def _note_end(self, lives: list[Life]) -> None:
        self.story.unrest = [
            f"in the end {life.command} exits with {life.exit_code}"
            for life in lives
            if life.exit_code
        ]
        self.story.waiting = [f"{entry['label']}: {entry['text']}" for entry in self._held()]

    def _in_doubt_until(self) -> list[datetime]:
        """When the program will look for lost calls that it still waits for."""
        return [
            datetime.fromisoformat(entry["until"])
            for entry in self._held()
            if entry["why"] == "in_doubt"
        ]

    def _held(self) -> list[dict[str, Any]]:
        return list(json.loads(self._program.ask("held", "list", "--json")))

    @staticmethod
    def _wait_until(moment: datetime) -> bool:
        """Whether that moment had passed already; if not, it has now."""
        seconds = (moment - datetime.now(UTC)).total_seconds()
        if seconds > 0:
            time.sleep(min(seconds, IN_DOUBT.total_seconds()))
        return seconds <= 0

    def _effects(self) -> int:
        return sum(side.effects() for side in self._sandbox.sides)
