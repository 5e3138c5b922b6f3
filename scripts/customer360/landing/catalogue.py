"""Everything landing can say about a file, in two languages.

`SET_ASIDE` are reasons for which a file does not land; `REMARKS` are observations on a file that did.
A template may use {count}, {column}, {row} and {detail}; none may ever be given a value from a cell.
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
        "文件为 0 字节", "the file has no bytes", "重新导出或重新拷贝", "export or copy it again"
    ),
    "no_rows": Text(
        "只有表头，没有数据行",
        "headings but no data rows",
        "确认导出条件后重新导出",
        "check the export's filter and export again",
    ),
    "unreadable": Text(
        "文件损坏或不完整，无法读取{detail}",
        "the file is damaged or incomplete and cannot be read{detail}",
        "重新导出或重新拷贝",
        "export or copy it again",
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
        "所在文件夹不是本数据集声明的 <系统>/<实体>",
        "not in a <system>/<entity> folder that this data set lists",
        "移到正确的文件夹，或在 datasets/ 中声明",
        "move it to the right folder, or list the entity in datasets/",
    ),
    "no_header": Text(
        "没有可识别的表头：前 {count} 行中没有已声明的列名",
        "no recognisable heading: none of the first {count} rows holds declared headings",
        "补上表头，或在来源声明的 headers 中加入实际列名",
        "add a heading row, or add the real headings to `headers` in the source's declaration",
    ),
    "missing_column": Text(
        "第 {row} 行的表头缺少必需列 {column}",
        "the heading in row {row} lacks the required column {column}",
        "补上该列，或把实际列名加入该列的 headers：{detail}",
        "add the column, or add its real heading to the column's `headers` (now: {detail})",
    ),
    "encoding": Text(
        "第 {row} 行的文字编码无法识别",
        "row {row} is in no recognised text encoding",
        "另存为 UTF-8",
        "save it as UTF-8",
    ),
    "uneven_rows": Text(
        "{count} 行的列数与表头不同（行 {detail}）",
        "{count} rows have another number of fields than the heading (rows {detail})",
        "检查这些行里未加引号的分隔符或换行",
        "look there for a separator or line break outside quotes",
    ),
    "quoting": Text(
        "第 {row} 行起引号不成对",
        "unbalanced quotes from row {row} on",
        "补上或去掉多余的引号",
        "close the quote or double it",
    ),
    "truncated": Text(
        "文件在第 {row} 行中途结束",
        "the file ends in the middle of row {row}",
        "重新导出或重新拷贝",
        "export or copy it again",
    ),
}

REMARKS: dict[str, Text] = {
    "title_rows": Text(
        "表头上方有 {count} 行标题或说明（按 note 保留）", "{count} rows above the heading (kept as notes)"
    ),
    "blank_rows": Text("{count} 行空行（未写入）", "{count} blank rows (not landed)"),
    "extra_column": Text(
        "未声明的列“{detail}”，保留为 {column}", "undeclared column '{detail}', kept as {column}"
    ),
    "unnamed_column": Text(
        "没有列名的列有 {count} 个值，保留为 {column}",
        "a column without heading holds {count} values, kept as {column}",
    ),
    "duplicate_heading": Text(
        "列名“{detail}”与 {column} 重复，后一列另行保留",
        "heading '{detail}' repeats {column}; the later column is kept apart",
    ),
    "absent_column": Text("文件没有可选列 {column}", "the file does not offer the optional column {column}"),
    "sheet_not_read": Text(
        "工作表没有可识别的表头，未读取（{count} 行）",
        "sheet without recognisable heading, not read ({count} rows)",
    ),
    "hidden_sheet": Text("隐藏的工作表，已照常读取", "hidden sheet, landed like the others"),
    "repeated_delivery": Text("内容与 {detail} 相同，只算一次", "same content as {detail}, counted once"),
    "same_name_again": Text(
        "此前已有同名但内容不同的文件；追加方式下两者都保留",
        "a file of this name with other content came before; append keeps both",
    ),
    "older_declaration": Text(
        "按旧的来源声明读入，原文件已不在 inbox",
        "landed under an older declaration, and the file is no longer in the inbox",
    ),
}


@dataclass(frozen=True)
class Remark:
    """One observation on a file: where it is and how often, never what the cells hold."""

    code: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    count: int | None = None
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}

    def say(self) -> Text:
        """The message of this remark or reason with its places filled in."""
        template = SET_ASIDE.get(self.code) or REMARKS[self.code]
        given = {"row": self.row, "column": self.column, "count": self.count, "detail": self.detail}
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
