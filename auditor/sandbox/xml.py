"""The XML form of an answer, by the rule that makes Flickr's two formats equal: https://www.flickr.com/services/api/response.json.html."""

from typing import Any
from xml.etree import ElementTree as ET

#: What XML 1.0 cannot hold; Flickr drops it too.
_FORBIDDEN = {code: None for code in range(32) if code not in (9, 10, 13)}


def to_xml(answer: dict[str, Any]) -> bytes:
    """``<rsp stat="…">`` around the answer (a JSON object with ``stat``)."""
    rsp = ET.Element("rsp", stat=str(answer["stat"]))
    if answer["stat"] == "ok":
        _fill(rsp, {key: value for key, value in answer.items() if key != "stat"})
    else:
        ET.SubElement(rsp, "err", code=str(answer["code"]), msg=_text(answer["message"]))
    return f'<?xml version="1.0" encoding="utf-8" ?>\n{ET.tostring(rsp, encoding="unicode")}\n'.encode()


def _fill(element: ET.Element, value: dict[str, Any]) -> None:
    for key, item in value.items():
        if key == "_content":
            element.text = _text(item)
        elif isinstance(item, dict | list):
            for each in item if isinstance(item, list) else [item]:
                _fill(ET.SubElement(element, key), each)
        else:
            element.set(key, _text(item))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value).translate(_FORBIDDEN)
