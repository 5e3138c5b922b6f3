"""Time the standardisation functions on synthetic rows: seconds, ratio to copying the column, peak memory.

Each figure comes from a process of its own. Compare ratios: machines differ and are shared.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import phonenumbers
from opencc import OpenCC
from pypinyin import lazy_pinyin

from bench.macro_views import PROJECT, build, connect
from bench.measuring import read_arguments

# Text per row: mostly clean, some per cent of what makes the slow branches work. `s` and `g` are surname
# and given name.
VALUES = {
    "person": """
        case i % 50 when 0 then '張' || g || '(送货到后门)' when 1 then '王总' when 2 then 'Zhang Wei'
        when 3 then '李' || g || ' VIP' else s || g end""",
    "company": """
        case i % 20 when 0 then '國際' || g || '貿易（上海）有限公司北京分公司'
        else '江苏' || g || i % 5000 || '有限公司' end""",
    "phone": """
        case i % 50 when 0 then '138****' || 1000 + i % 9000 when 1 then '+86 1' || 3000000000 + i
        when 2 then '0512-' || 60000000 + i % 9999999 when 3 then '１３９' || 10000000 + i % 89999999
        else '1' || 3000000000 + (i * 7919) % 6999999999 end""",
    "email": "case when i % 50 = 0 then 'x@example.com' else 'user' || i || '@qq.com' end",
    "credit": "'91350100M' || lpad(cast(i as varchar), 9, '0')",
    "id_number": "'110105' || strftime(date '1950-01-01' + cast(i % 20000 as integer), '%Y%m%d') || '002X'",
    "time": """
        case i % 4 when 0 then '2025-03-07 09:05:06' when 1 then '2025/3/7 9:05' when 2 then '2025年3月7日'
        else '2025-03-07T09:05:06Z' end""",
    "instant": """
        case i % 4 when 0 then '2026-10-10 12:00:00 -0400' when 1 then '2026-10-10T12:00:00.123+02:00'
        when 2 then 'Mar 1, 2026, 9:05 PM' else '2026年3月1日 下午9:05' end""",
    "amount": "case i % 20 when 0 then '￥1,234.50' when 1 then '1.2万元' else i || '.50' end",
    "word": "case i % 4 when 0 then '男' when 1 then '是' when 2 then '制造业' else '无' end",
    "address": """
        case i % 4 when 0 then '广东省深圳市南山区科技园' when 1 then '江苏省昆山市花桥镇'
        when 2 then '北京市朝阳区建国路' else '浙江杭州西湖区文三路' end || i || '号'""",
}
FUNCTIONS = {
    "person": "fold_width clean_text han_simplify person_name name_pinyin",
    "company": "company_name",
    "phone": "phone keyed_hash",
    "email": "email",
    "credit": "credit_code",
    "id_number": "id_number",
    "time": "parse_timestamp parse_date",
    "instant": "parse_timestamp",
    "amount": "parse_amount parse_integer",
    "word": "parse_boolean gender industry_code",
    "address": "clean_text",
}
# What a staging model of customers asks for, in one query: each field parsed once, its parts read from the
# result.
PARSED = {
    "person_name(person)": "name honorific note",
    "company_name(company)": "name legal_form place branch",
    "phone(phone)": "number reason type partial extension",
    "email(email)": "address reason",
    "credit_code(credit)": "code reason",
    "id_number(id_number)": "reason birth_date sex hash",
}
OF_A_NAME = ("name_script", "surname_length")
PLAIN = ("parse_timestamp(time)", "parse_amount(amount)", "gender(word)", "clean_text(address)")


def call(text: str) -> str:
    """`name(arguments)` as a model calls it."""
    name, _, arguments = text.partition("(")
    return f"{{{{ function('{name}') }}}}({arguments}"


def customer_model() -> tuple[str, int]:
    """A model with all columns of PARSED, OF_A_NAME and PLAIN, and how many they are."""
    parsed = [f"{call(parse)} as parts_{n}" for n, parse in enumerate(PARSED)]
    read = [f"p.parts_{n}.{field}" for n, fields in enumerate(PARSED.values()) for field in fields.split()]
    read += [call(f"{function}(p.parts_0.name)") for function in OF_A_NAME]
    read += [call(plain) for plain in PLAIN]
    columns = ", ".join(f"{sql} as column_{n}" for n, sql in enumerate(read))
    model = f"select id, {columns} from (select *, {', '.join(parsed)} from {{{{ ref('cases') }}}}) as p"
    return model, len(read)


def timed(folder: Path, sql: str, rows: int, kinds: list[str]) -> tuple[float, float]:
    """Wall seconds and peak MB of one query over fresh values, in a child process."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        connection = connect(folder)
        connection.execute("set threads = 2")
        values = ", ".join(f"{VALUES[kind]} as {kind}" for kind in kinds)
        connection.execute(f"""
            create temp table cases as
            select cast(i as integer) as id, {values}
            from (
                select
                    i,
                    (['王', '李', '陈', '刘', '欧阳'])[1 + i % 5] as s,
                    (['伟', '娜', '晓明', '建国', '秀英', '子涵'])[1 + (i * 31) % 6]
                        || case when i % 3 = 0 then chr(cast(19968 + i % 3000 as integer)) else '' end as g
                from range({rows}) as t(i)
            ) as names""")
        started = time.perf_counter()
        connection.execute(f"create temp table result as {sql}")
        os.write(write, str(time.perf_counter() - started).encode())
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"failed: {sql[:200]}")
    return float(os.read(read, 100)), usage.ru_maxrss / 1024


def alternatives(rows: int) -> None:
    """Print what the same work costs in Python at landing and with translate() in SQL, in microseconds a
    value."""
    names = [f"{'王李陈刘張'[i % 5]}{'伟娜明國華'[i // 5 % 5]}{chr(19968 + i % 3000)}" for i in range(rows)]
    phones = [f"1{3000000000 + i * 7919 % 6999999999}" for i in range(rows)]
    with (PROJECT / "seeds/reference/han_characters.csv").open(encoding="utf-8") as seed:
        table = {
            row["han"]: row["simplified"] for row in csv.DictReader(seed) if row["han"] != row["simplified"]
        }
    simplify, opencc = str.maketrans(table), OpenCC("t2s")
    print("| alternative | values | microseconds a value |\n|---|---|---|")

    def row(label: str, values: list[str], work: Callable[[str], object]) -> None:
        started = time.perf_counter()
        for value in values:
            work(value)
        print(
            f"| {label} | {len(values)} | {1e6 * (time.perf_counter() - started) / len(values):.1f} |",
            flush=True,
        )

    row("unicodedata NFKC", names, lambda value: unicodedata.normalize("NFKC", value))
    row("str.translate with the seed's table", names, lambda value: value.translate(simplify))
    row("OpenCC t2s", names[: rows // 20], opencc.convert)
    row("pypinyin", names[: rows // 20], lazy_pinyin)
    row("phonenumbers", phones[: rows // 20], lambda value: phonenumbers.parse(value, "CN"))
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        few = names[: rows // 100]
        connection.execute("create temp table names as select unnest($1::varchar[]) as x", [few])
        started = time.perf_counter()
        connection.execute(
            "select max(translate(x, $1, $2)) from names", ["".join(table), "".join(table.values())]
        )
        seconds = time.perf_counter() - started
        print(f"| SQL translate() with the same table | {len(few)} | {1e6 * seconds / len(few):.1f} |")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m bench.standardise", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--alternatives", action="store_true", help="Python at landing and translate() instead"
    )
    options = read_arguments(parser, arguments, rows=1000)
    rows = options.rows
    if options.alternatives:
        alternatives(rows)
        return 0
    model, columns = customer_model()
    jobs = [(function, kind) for kind, functions in FUNCTIONS.items() for function in functions.split()]
    expressions = {f"{function}_of_{kind}": call(f"{function}({kind})") for function, kind in jobs}
    queries = {"customer": model, "regions": "{{ match_regions(ref('cases'), 'address') }}"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        build(folder, expressions, queries, ",".join(f"{kind} varchar" for kind in VALUES)).close()

        def row(label: str, view: str, kinds: list[str]) -> None:
            compiled = folder / f"target/compiled/customer360/models/{view}.sql"
            sql = compiled.read_text(encoding="utf-8").replace('"macro_views"."main"."cases"', "cases")
            copy, _ = timed(folder, "select * from cases", rows, kinds)
            seconds, peak = timed(folder, sql, rows, kinds)
            print(f"| {label} | {seconds:.1f} | {seconds / copy:.0f} | {peak:.0f} |", flush=True)

        print("| what | seconds | ratio to a copy | peak MB |\n|---|---|---|---|")
        for function, kind in jobs:
            row(f"{function} ({kind})", f"{function}_of_{kind}", [kind])
        row("match_regions", "regions", ["address"])
        row(f"{columns} columns at once", "customer", list(VALUES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
