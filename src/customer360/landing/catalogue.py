"""Everything landing can say about a file, in two languages.

A template may use {row}, {column} (with its heading in the file), {count}, {rows} (the first ten), {detail} and {other}, none
of which is ever given the value of a cell; the newest date of a whole file may be told.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Text:
    """One message in both languages; `remedy` is what a person should do."""

    zh: str
    en: str
    remedy_zh: str = ""
    remedy_en: str = ""


SET_ASIDE: dict[str, Text] = {
    "empty_file": Text(
        "文件为空",
        "the file is empty",
        "重新导出或重新拷贝",
        "export or copy it again",
    ),
    "unreadable": Text(
        "文件损坏或不完整，无法读取",
        "the file is damaged or incomplete and cannot be read",
        "重新导出或重新拷贝",
        "export or copy it again",
    ),
    "unexpected": Text(
        "读取时出现意外错误（{detail}）",
        "reading it failed unexpectedly ({detail})",
        "换一种格式另存，并报告此问题",
        "save it in another format, and report this",
    ),
    "no_access": Text(
        "没有读取该文件的权限",
        "no permission to read the file",
        "开放读取权限",
        "allow reading it",
    ),
    "linked_folder": Text(
        "这是指向另一文件夹的链接，其中的文件没有读取",
        "it is a link to a folder; the files there were not read",
        "把文件复制到此处，或分别链接各个文件",
        "copy the files here, or link each of them",
    ),
    "broken_link": Text(
        "这是一个链接，所指的文件不存在",
        "it is a link, and the file that it points to is not there",
        "把文件复制到此处，或改正链接",
        "copy the file here, or mend the link",
    ),
    "no_file": Text(
        "这不是文件（是设备、管道或套接字）",
        "it is no file but a device, a pipe or a socket",
        "从 inbox 移走",
        "take it out of the inbox",
    ),
    "changing": Text(
        "读取过程中文件仍在变化",
        "the file changed while it was read",
        "等文件写完后再导入",
        "land again once it is written completely",
    ),
    "password": Text(
        "文件有密码保护",
        "the file is protected by a password",
        "去掉密码后另存",
        "save it without the password",
    ),
    "unsupported_format": Text(
        "不支持的文件格式（{detail}）",
        "format not supported ({detail})",
        "另存为 xlsx、xls、csv、tsv、json、jsonl 或 parquet",
        "save as xlsx, xls, csv, tsv, json, jsonl or parquet",
    ),
    "unknown_place": Text(
        "所在文件夹不是本数据集某个系统已声明的 <系统>/<实体>",
        "not in the <system>/<entity> folder of a declared entity of the data set",
        "移到正确的文件夹；或声明该实体，并在 datasets/ 中列出其系统",
        "move it to the right folder; or declare the entity, and list its system in datasets/",
    ),
    "no_header": Text(
        "前 {count} 行中没有可识别的表头",
        "no recognisable heading among the first {count} rows",
        "补上表头，或把实际列名加入来源声明的 headers",
        "add a heading row, or add the real headings to `headers` in the source's declaration",
    ),
    "missing_column": Text(
        "缺少必需列 {column}（表头行：{row}）；文件中未对应任何列的列名：{other}",
        "the required column {column} is missing (row of the heading: {row}); headings of the file that lead to no column: "
        "{other}",
        "补上该列，或把实际列名加入它的 headers（现有：{detail}）",
        "add the column, or add its real heading to its `headers` (now: {detail})",
    ),
    "other_heading": Text(
        "第 {row} 行是另一种表头，各列位置不同，像是由多个文件拼成",
        "row {row} is another heading, with its columns in other places, as where files were joined",
        "从该行起拆成另一个文件",
        "put what stands from there on into a file of its own",
    ),
    "encoding": Text(
        "第 {row} 行的文字编码无法识别或已损坏",
        "the text encoding of row {row} is unknown or damaged",
        "另存为 UTF-8，或在来源声明中为该实体写明 encoding",
        "save it as UTF-8, or state `encoding` in the source's declaration",
    ),
    "zero_bytes": Text(
        "第 {row} 行含有零字节，文件可能没有写完",
        "row {row} holds zero bytes, as in a file that was not written to its end",
        "重新导出或重新拷贝",
        "export or copy it again",
    ),
    "uneven_rows": Text(
        "{count} 行的列数与表头不同（第 {rows} 行）",
        "{count} rows have another number of fields than the heading (rows {rows})",
        "检查这些行里没有加引号的分隔符或换行",
        "look there for a delimiter or line break outside quotes",
    ),
    "quoting": Text(
        "从第 {row} 行起引号不成对",
        "quotes do not pair from row {row} on",
        "补上缺少的引号，或把单个引号写成两个",
        "close the quote, or write a lone quote twice",
    ),
    "truncated": Text(
        "文件在第 {row} 行中途结束",
        "the file ends in the middle of row {row}",
        "重新导出或重新拷贝",
        "export or copy it again",
    ),
    "bad_json": Text(
        "文件是 JSON，其第 {row} 条记录不是完整的对象，或键有重复",
        "the file holds JSON, and record {row} is no complete object, or repeats a key",
        "重新导出；每条记录应是一个对象",
        "export it again; every record must be one object",
    ),
    "no_records": Text(
        "文件是 JSON，但没有任何记录",
        "the file holds JSON without any record",
        "导出由对象组成的列表（每条记录一个对象），或导出为 csv、xlsx",
        "export a list of objects, one for each record, or export as csv or xlsx",
    ),
    "unknown_keys": Text(
        "文件是 JSON，其记录的键都不是已声明的列名",
        "the file holds JSON, and no key of its records is a declared heading",
        "导出记录的列表，或把这些键加入来源声明的 headers",
        "export the list of records itself, or add its keys to `headers` in the source's declaration",
    ),
    "emptied": Text(
        "文件不再有数据行，而同名的上一份有",
        "the file has no data rows any more, the earlier one of this name had",
        "确认导出条件；若确实为空，请从 landing 删除上一份",
        "check the export's filter; if it is meant, remove the earlier load from landing",
    ),
    "older_delivery": Text(
        "最新记录为 {detail}，早于现用的 {other}，未采用",
        "its newest record is of {detail}, older than what is in force: {other}; not taken",
        "从 inbox 移走；确要采用旧文件时加 --take-older（make build 用 TAKE_OLDER=）",
        "take it out of the inbox; to take it on purpose: --take-older, or TAKE_OLDER= for make build",
    ),
}
"""Reasons for which a file does not land."""

REMARKS: dict[str, Text] = {
    # the file
    "empty_folder": Text("空文件夹，没有可读取的文件", "a folder without any file"),
    "linked_file": Text("这是一个链接，读取的是它所指的文件", "a link; the file that it points to was read"),
    "other_format": Text("内容其实是 {detail} 格式", "its content is in fact {detail}"),
    "transcoded": Text("文字编码为 {detail}", "its text encoding is {detail}"),
    "inner_mark": Text(
        "文件中间有 {count} 个字节顺序标记（第 {rows} 行），像是由多个文件拼成，已忽略",
        "byte order marks further down, as where files were joined, left out: {count} (rows {rows})",
    ),
    "open_end": Text(
        "最后一行没有换行符，文件可能不完整", "no line end after the last row; the file may be incomplete"
    ),
    "repeated_delivery": Text("内容与 {detail} 相同，只算一次", "same content as {detail}, counted once"),
    "same_name_again": Text(
        "此前已有同名但内容不同的文件，追加方式下都保留",
        "a file of this name with other content came before; append keeps both",
    ),
    "older_declaration": Text(
        "按旧的来源声明读入，原文件已不在 inbox",
        "landed under an older declaration, and the file is no longer in the inbox",
    ),
    "incomplete_load": Text(
        "只有部分工作表在 landing 中，原文件已不在 inbox",
        "only some of its sheets are in landing, and the file is no longer in the inbox",
    ),
    "no_rows": Text("只有表头，没有数据行", "headings but no data rows"),
    "older_beside": Text(
        "最新记录为 {detail}，早于先到的 {other}；两者都有的记录以后者为准",
        "its newest record is of {detail}, older than that of a file which came before: {other}, which counts for every "
        "record in both",
        "不再需要时从 inbox 和 landing 移走；确要采用旧文件时加 --take-older",
        "take it out of inbox and landing where it is not wanted; to take it on purpose: --take-older",
    ),
    "older_taken": Text(
        "最新记录为 {detail}，早于当时现用的 {other}；按指示采用（--take-older）",
        "its newest record is of {detail}, older than what was in force: {other}; taken on purpose (--take-older)",
    ),
    "returned": Text(
        "此内容曾被取代；日期不能说明它更旧，因此按到达时间重新采用",
        "this content was superseded before; no date says that it is the older one, so it counts again as it landed last",
    ),
    "age_unknown": Text(
        "没有说明新旧的日期：它取代同名的上一份，只因到达更晚",
        "no date says how old it is: it superseded the earlier file of its name because it landed later",
        "如有更新或创建日期列，在来源声明的 dated_by 中列出",
        "if a column holds the day of a change or an entry, name it in `dated_by` of the source's declaration",
    ),
    # sheets
    "sheet_not_read": Text(
        "没有可识别的表头，没有读取（{count} 行）", "no recognisable heading, not read (rows: {count})"
    ),
    "hidden_sheet": Text("隐藏的工作表，照常读取", "hidden sheet, landed like the others"),
    "hidden_rows": Text(
        "{count} 行被隐藏，照常读取（第 {rows} 行）",
        "hidden rows, landed like the others: {count} (rows {rows})",
    ),
    "hidden_columns": Text("有隐藏的列，照常读取", "hidden columns, landed like the others"),
    "merged_cells": Text(
        "{count} 处跨行合并的单元格，值只在首行（第 {rows} 行）",
        "cells merged over several rows, with the value in the first only: {count} (rows {rows})",
    ),
    # headings
    "extra_column": Text(
        "未声明的列“{detail}”，保留为 {column}", "undeclared column '{detail}', kept as {column}"
    ),
    "unnamed_column": Text(
        "没有列名的列有 {count} 个值，保留为 {column}",
        "column without heading, kept as {column} (values: {count})",
    ),
    "duplicate_heading": Text(
        "列名“{detail}”重复，后一列保留为 {column}",
        "heading '{detail}' a second time; the later column is kept as {column}",
    ),
    "absent_column": Text("没有可选列 {column}", "does not offer the optional column {column}"),
    # rows
    "title_rows": Text(
        "表头上方有 {count} 行标题或说明，记为 note", "rows above the heading, marked as notes: {count}"
    ),
    "unit_stated": Text(
        "表头上方写有金额单位或换算（第 {rows} 行），数值原样保留",
        "a unit such as 万元 is stated above the heading (row {rows}); values landed as they stand",
    ),
    "blank_rows": Text("{count} 行空行，没有写入", "blank rows, not landed: {count}"),
    "total_rows": Text(
        "{count} 行合计，记为 total（第 {rows} 行）", "total rows, marked as such: {count} (rows {rows})"
    ),
    "notes": Text(
        "{count} 行备注，记为 note（第 {rows} 行）", "notes, marked as such: {count} (rows {rows})"
    ),
    "repeated_heading": Text(
        "表头重复出现，{count} 行记为 note（第 {rows} 行）",
        "the heading again, marked as notes: {count} (rows {rows})",
    ),
    # cells
    "protected_value": Text(
        '{column} 有 {count} 个加了保护的值（如 ="..."、前导 \' 或 `；第 {rows} 行），已去掉保护',
        '{column}: values protected from spreadsheets (="...", \' or ` in front), landed without: {count} (rows {rows})',
    ),
    "escaped_text": Text(
        "{column} 有 {count} 个带 HTML 转义的文字（如 &amp;；第 {rows} 行），已还原",
        "{column}: texts with HTML escapes such as &amp;, landed as characters: {count} (rows {rows})",
    ),
    "empty_marker": Text(
        "{column} 有 {count} 个表示“空”的文字（{detail}），原样保留",
        "{column}: words for 'empty' ({detail}), landed as they stand: {count}",
    ),
    "error_value": Text(
        "{column} 有 {count} 个 Excel 错误值（{detail}；第 {rows} 行），原样保留",
        "{column}: Excel errors as text ({detail}), landed as they stand: {count} (rows {rows})",
    ),
    "error_cell": Text(
        "{column} 列有 {count} 个 Excel 错误值，按空值读入（第 {rows} 行）",
        "column {column}: Excel errors, landed as empty: {count} (rows {rows})",
    ),
    "formula_without_value": Text(
        "{column} 列有 {count} 个未计算的公式，按空值读入（第 {rows} 行）",
        "column {column}: formulas never calculated, landed as empty: {count} (rows {rows})",
        "用 Excel 打开并保存",
        "open and save it in Excel",
    ),
    "padded_number": Text(
        "{column} 列有 {count} 个数字显示时带前导零，读入后没有（第 {rows} 行）",
        "column {column}: numbers shown with leading zeros, landed without: {count} (rows {rows})",
        "把该列存为文本",
        "store the column as text",
    ),
    "rounded_number": Text(
        "{column} 有 {count} 个超过 15 位、尾数可能被 Excel 改为零的号码（第 {rows} 行）",
        "{column}: numbers of more than 15 digits, which Excel rounds: {count} (rows {rows})",
        "从源系统以文本格式重新导出",
        "export them from the source as text",
    ),
    "scientific_number": Text(
        "{column} 有 {count} 个科学计数法的数字，位数已丢失（第 {rows} 行）",
        "{column}: numbers in scientific notation, with digits lost: {count} (rows {rows})",
        "从源系统以文本格式重新导出",
        "export them from the source as text",
    ),
    "date_among_text": Text(
        "{column} 的文字中有 {count} 个日期，可能由 Excel 误改（如 3-12；第 {rows} 行）",
        "{column}: dates among texts, as Excel makes of 3-12: {count} (rows {rows})",
        "从源系统以文本格式重新导出",
        "export them from the source as text",
    ),
    "date_serial_read": Text(
        "{column} 有 {count} 个未设日期格式的数字，按日期序列号读入（第 {rows} 行）",
        "{column}: bare numbers, read as date serials: {count} (rows {rows})",
    ),
    "date_serial_text": Text(
        "{column} 有 {count} 个像日期序列号的数字，原样保留（第 {rows} 行）",
        "{column}: numbers like date serials, landed as they stand: {count} (rows {rows})",
    ),
}
"""What is remarked on a file that lands."""


@dataclass(frozen=True)
class Remark:
    """One observation on a file: where it is and how often, never what the cells hold."""

    code: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    count: int | None = None
    rows: tuple[int, ...] = ()
    detail: str = ""
    other: str = ""
    heading: str = ""
    """What the column is called in the file, where that is not its landed name."""

    def as_dict(self) -> dict[str, Any]:
        """The filled fields, as JSON knows them."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "", ())}

    def say(self) -> Text:
        """The message of this remark or reason with its places filled in."""
        template = SET_ASIDE.get(self.code) or REMARKS[self.code]
        rows = ", ".join(map(str, self.rows))
        if self.count and self.count > len(self.rows):
            rows += " ..."
        given: dict[str, Any] = {
            "row": self.row or "–",  # JSON and Parquet have no heading row
            "column": f"{self.heading} ({self.column})" if self.heading else self.column,
            "count": self.count,
            "rows": rows,
            "detail": self.detail,
            "other": self.other,
        }
        return Text(
            *(
                part.format(**given)
                for part in (template.zh, template.en, template.remedy_zh, template.remedy_en)
            )
        )


@dataclass
class SetAside(Exception):
    """Raised by a reader for a file that must not land."""

    reason: Remark = field()

    @classmethod
    def because(cls, code: str, **where: Any) -> SetAside:
        return cls(Remark(code, **where))
