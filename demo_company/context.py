"""One chunk with everything its systems are rendered from, and the helpers they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np
import pyarrow as pa

from demo_company import identifiers, names
from demo_company import reference as ref
from demo_company.anomalies import Anomaly
from demo_company.behaviour import NEVER, Behaviour
from demo_company.config import Config
from demo_company.engagement import Engagement
from demo_company.market import Market
from demo_company.orders import Orders
from demo_company.records import RECORDS_PER_CHUNK, SOCIAL, Records, Registry
from demo_company.world import IDS_PER_CHUNK, World, home_text

Tables = dict[tuple[str, str], pa.Table]
"""(system, entity) -> rows as that system writes them.

Columns starting with _ say into which file they go.
"""


def frame(**columns: Sequence[object] | np.ndarray | pa.Array) -> pa.Table:
    """An Arrow table of columns; object arrays become strings with nulls."""
    arrays = {}
    for name, values in columns.items():
        if isinstance(values, pa.Array | pa.ChunkedArray):
            arrays[name] = values
        elif isinstance(values, np.ndarray) and values.dtype != object:
            arrays[name] = pa.array(values)
        else:
            arrays[name] = pa.array(list(values), type=pa.string())
    return pa.table(arrays)


def words(index: np.ndarray, values: Sequence[str]) -> pa.Array:
    """Text of an index column, null where the index is negative."""
    known = np.asarray(index) >= 0
    safe = np.where(known, index, 0).astype(np.int32)
    array = pa.DictionaryArray.from_arrays(
        pa.array(safe, mask=~known), pa.array(list(values), type=pa.string())
    )
    return array.cast(pa.string())


def take(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """values[rows] with None where the row is negative."""
    if not len(values):
        return np.full(len(rows), None, dtype=object)
    return np.where(rows >= 0, values[np.asarray(rows).clip(0)], None)


@dataclass
class Context:
    """A chunk, ready to be written down."""

    config: Config
    chunk: int
    world: World
    market: Market
    behaviour: Behaviour
    orders: Orders
    registry: Registry
    engagement: Engagement
    anomalies: Sequence[Anomaly] = ()

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """DuckDB with one thread: rows stay in order, bytes do not depend on the machine."""
        con = duckdb.connect(config={"threads": 1})
        con.execute("set preserve_insertion_order = true")
        return con

    def sql(self, query: str, **frames: pa.Table) -> pa.Table:
        """Run a projection over the given frames."""
        for name, table in frames.items():
            self.connection.register(name, table)
        result = self.connection.execute(query).to_arrow_table()
        for name in frames:
            self.connection.unregister(name)
        return result

    def rng(self, stage: str) -> np.random.Generator:
        """Random stream of a rendering stage of this chunk."""
        return self.config.rng(stage, self.chunk)

    def stamp(self, day: np.ndarray, second: np.ndarray | int = 0) -> np.ndarray:
        """Local time stamps (datetime64[us]) of days of the period and seconds of the day.

        Day NEVER gives NaT.
        """
        return self.moment(np.where(day == NEVER, -1, day * 86_400 + second), valid=np.asarray(day) != NEVER)

    def moment(self, seconds: np.ndarray, valid: np.ndarray | None = None) -> np.ndarray:
        """Local time stamps of seconds since the start of the period; NaT where negative or not valid."""
        known = seconds >= 0 if valid is None else valid
        micro = (self.config.origin * 86_400 + np.where(known, seconds, 0).astype(np.int64)) * 1_000_000
        result = micro.astype("datetime64[us]")
        result[~known] = np.datetime64("NaT")
        return result

    def table(self, name: str) -> Records:
        """Records of one table of the registry."""
        return self.registry.tables[name]

    @cached_property
    def keys(self) -> dict[str, np.ndarray]:
        """Record keys of every table as its system writes them."""
        shift = int(self.config.rng("numbers").integers(0, 10**8))
        result: dict[str, np.ndarray] = {}
        patterns = {
            "crm": "C{:09d}", "crm_company": "B{:08d}", "erp": "1{:09d}", "shop": "U{:09d}",
            "app": "a{:010d}", "service": "R{:09d}",
            "marketing": "MP{:09d}", "dealer": "{}",
        }  # fmt: skip
        for name, pattern in patterns.items():
            result[name] = np.array([pattern.format(int(k)) for k in self.table(name).number], dtype=object)
        market = self.table("marketplace")
        result["marketplace"] = np.array(
            [
                f"{('tb', 'jd', 'pdd')[s]}{identifiers.permuted(int(k), 10, shift):010d}"
                for k, s in zip(market.number, market.sub, strict=True)
            ],
            dtype=object,
        )
        social = self.table("social")
        result["social"] = np.array(
            [
                f"{SOCIAL[s][:2]}{identifiers.permuted(int(k), 10, shift):010d}"
                for k, s in zip(social.number, social.sub, strict=True)
            ],
            dtype=object,
        )
        pos = self.table("pos")
        first = self.chunk * IDS_PER_CHUNK * 2 + IDS_PER_CHUNK
        result["pos"] = np.array(
            [
                self.world.people.member_no[o]
                if c == 0
                else f"8{identifiers.permuted(first + int(k) % RECORDS_PER_CHUNK, 9, shift):09d}"
                for o, c, k in zip(pos.owner, pos.copy, pos.number, strict=True)
            ],
            dtype=object,
        )
        return result

    @cached_property
    def order_moment(self) -> np.ndarray:
        """Local time of every order."""
        return self.stamp(self.orders.day, self.orders.second)

    @cached_property
    def return_day(self) -> np.ndarray:
        """Day of the return of every order, NEVER for none."""
        day = np.full(len(self.orders), NEVER, dtype=np.int64)
        np.minimum.at(day, self.orders.line_order, self.orders.return_day)
        return day

    @cached_property
    def return_fen(self) -> np.ndarray:
        """Amount taken back per order."""
        return np.bincount(self.orders.line_order, self.orders.return_fen, len(self.orders)).astype(np.int64)

    @cached_property
    def order_keys(self) -> tuple[np.ndarray, np.ndarray]:
        """Order numbers of every order and of its return, as the channel's system writes them."""
        o = self.orders
        keys = self.sql(
            """
            with numbered as (
                select
                    *,
                    lpad(number::varchar, 9, '0') as long_no,
                    lpad((number % 1000000)::varchar, 6, '0') as short_no
                from o
            )
            select
                case channel
                    when 0 then 'SO' || strftime(ts, '%y%m%d') || long_no
                    when 1 then 'XS' || strftime(ts, '%y%m%d') || short_no
                    when 2 then store || strftime(ts, '%y%m%d') || short_no
                    when 3 then strftime(ts, '%Y%m%d%H') || long_no
                    else '3' || long_no || lpad((number * 7919 % 100000000)::varchar, 8, '0')
                end as key,
                case channel
                    when 0 then 'RE' || strftime(back, '%y%m%d') || long_no
                    when 1 then 'TH' || strftime(back, '%y%m%d') || short_no
                    when 2 then store || strftime(back, '%y%m%d') || 'R' || short_no
                end as return_key
            from numbered
            """,
            o=frame(
                channel=o.channel.astype(np.int32),
                number=o.number,
                ts=self.order_moment,
                back=self.stamp(self.return_day),
                store=words(o.store, self.world.outlets.store_code),
            ),
        )
        return keys["key"].to_numpy(zero_copy_only=False), keys["return_key"].to_numpy(zero_copy_only=False)

    @cached_property
    def material(self) -> list[str]:
        """Product numbers in catalogue order."""
        return [r["material_no"] for r in ref.products().rows]

    def staff(self, number: np.ndarray, letter: str) -> np.ndarray:
        """Staff numbers of this chunk such as A00012; None where negative."""
        return np.array(
            [f"{letter}{self.chunk * 100 + int(k) + 1:05d}" if k >= 0 else None for k in number], dtype=object
        )

    def coupon_no(self, index: np.ndarray) -> np.ndarray:
        """Coupon numbers of this chunk."""
        return np.array([f"Q{self.chunk * 1_000_000 + int(k):010d}" for k in index], dtype=object)

    @cached_property
    def places(self) -> dict[str, np.ndarray]:
        """Names and codes of cities as object arrays, by city index."""
        cities = ref.cities()
        return {
            "code": np.array([c.code for c in cities], dtype=object),
            "city": np.array([c.name for c in cities], dtype=object),
            "city_short": np.array([c.short for c in cities], dtype=object),
            "province": np.array([c.province for c in cities], dtype=object),
            "province_short": np.array([c.province_short for c in cities], dtype=object),
        }

    @cached_property
    def addresses(self) -> np.ndarray:
        """Street address of every person."""
        return np.array([self.world.people.address(i) for i in range(self.world.n_people)], dtype=object)

    @cached_property
    def full_names(self) -> np.ndarray:
        """Name of every person as they write it themselves."""
        return np.array([self.world.people.names.full(i) for i in range(self.world.n_people)], dtype=object)

    @cached_property
    def receivers(self) -> dict[str, np.ndarray]:
        """Receiver of every order (name, phone, city, district, address).

        The buyer, or somebody outside for gifts.
        """
        o, p, rng = self.orders, self.world.people, self.rng("receivers")
        rows = np.flatnonzero(o.customer < self.world.n_people)
        who = o.customer[rows]
        name = np.full(len(o), None, dtype=object)
        phone = np.full(len(o), None, dtype=object)
        address = np.full(len(o), None, dtype=object)
        district = np.full(len(o), None, dtype=object)
        city = np.zeros(len(o), dtype=int)
        name[rows], phone[rows], address[rows] = self.full_names[who], p.phone[who], self.addresses[who]
        district[rows], city[rows] = np.array(p.district, dtype=object)[who], p.city[who]
        gifts = np.flatnonzero(o.to_others)
        n = len(gifts)
        cities = ref.cities()
        outside = names.sample_names(rng, rng.integers(0, 2, n), rng.integers(-2000, 12_000, n))
        phone[gifts] = self.world.numbers.take(n)
        city[gifts] = ref.pick(rng, ref.cumulative([c.weight for c in cities]), n)
        low = [[0], [1], [0], [1], [1], [1], [1]]
        high = [[len(ref.STREETS)], [400], [len(ref.COMPOUNDS)], [30], [5], [29], [5]]
        homes = rng.integers(low, high, (7, n)).T
        part = rng.random(n)
        for k, row in enumerate(gifts):
            name[row] = outside.full(k)
            districts = cities[city[row]].districts
            district[row] = districts[int(part[k] * len(districts))]
            address[row] = home_text(homes[k])
        return {"name": name, "phone": phone, "city": city, "district": district, "address": address}


def blank(values: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Values with None where they are not kept or empty."""
    return np.where(keep & (values != ""), values, None)
