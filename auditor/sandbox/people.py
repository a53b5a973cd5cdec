"""The REST methods about people: who is calling, who somebody is, how full the account is, its settings."""

from typing import Any

from auditor.flickr import urls
from auditor.sandbox.methods import Call, content, method
from auditor.sandbox.records import Person

#: What a free account may hold.
FREE_UPLOADS = 1000


@method("flickr.test.login", needs="read")
def _test_login(call: Call) -> dict[str, Any]:
    me = call.account.me
    return {"user": {"id": me.nsid, "username": content(me.username), "path_alias": me.path_alias}}


@method("flickr.auth.oauth.checkToken")
def _check_token(call: Call) -> dict[str, Any]:
    if not call.signed:
        raise call.refusal(98)
    me = call.account.me
    user = {"nsid": me.nsid, "username": me.username, "fullname": me.realname}
    token = content(call.args.get("oauth_token", ""))
    return {"oauth": {"token": token, "perms": content(call.perms), "user": user}}


@method("flickr.people.getInfo")
def _people_get_info(call: Call) -> dict[str, Any]:
    account = call.account
    user = call.args.get("user_id", "")
    if not user and call.args.get("url"):
        person = _person_at(call, call.args["url"])
    else:
        person = account.person(account.me.nsid if user == "me" and call.signed else user)
    if person is None:
        raise call.refusal(1)
    if person.deleted:
        raise call.refusal(5)
    return {"person": _person_info(call, person)}


def _person_info(call: Call, person: Person) -> dict[str, Any]:
    photos = [photo for photo in call.account.photos.values() if photo.owner == person.nsid]
    seen = [photo for photo in photos if call.lists(photo)]
    info: dict[str, Any] = {
        "id": person.nsid,
        "nsid": person.nsid,
        "ispro": int(person.is_pro),
        "is_deleted": 0,
        "iconserver": "65535",
        "iconfarm": 66,
        "path_alias": person.path_alias,
        "has_stats": 0,
        "username": content(person.username),
        "realname": content(person.realname),
        "location": content(person.location),
        "description": content(""),
        "photosurl": content(f"https://www.flickr.com/photos/{person.place}/"),
        "profileurl": content(urls.profile_url(person.place)),
        "mobileurl": content(f"https://m.flickr.com/photostream.gne?id={person.number}"),
        "photos": {"count": content(len(seen))},
        "has_adfree": 0,
        "has_free_standard_shipping": 0,
        "has_free_educational_resources": 0,
    }
    if seen:
        info["photos"] |= {
            "firstdatetaken": content(min(photo.taken for photo in seen)),
            "firstdate": content(str(min(photo.uploaded for photo in seen))),
        }
    if person.is_pro:
        info |= {"pro_badge": "standard", "expire": "2005358400"}
    if call.signed and person is call.account.me:
        info["photos"]["views"] = content(str(sum(photo.views for photo in photos)))
        info |= _limits(call) | {
            "is_cognito_user": 1,
            "all_rights_reserved_photos_count": sum(photo.license == "0" for photo in photos),
        }
    return info


def _limits(call: Call) -> dict[str, Any]:
    """How full the account is; a Pro account has no limit, and no keys for one."""
    count = len(call.account.own_photos())
    if call.account.me.is_pro:
        return {"upload_count": count}
    status = "below_limit" if count < FREE_UPLOADS else "at_limit" if count == FREE_UPLOADS else "above_limit"
    return {"upload_count": count, "upload_limit": FREE_UPLOADS, "upload_limit_status": status}


@method("flickr.people.findByUsername")
def _find_by_username(call: Call) -> dict[str, Any]:
    name = call.args.get("username", "").casefold()
    people = [call.account.me, *call.account.others]
    person = next((each for each in people if each.username.casefold() == name and not each.deleted), None)
    if person is None:
        raise call.refusal(1)
    return {"user": {"id": person.nsid, "nsid": person.nsid, "username": content(person.username)}}


@method("flickr.urls.lookupUser")
def _lookup_user(call: Call) -> dict[str, Any]:
    person = _person_at(call, call.args.get("url", ""))
    if person is None or person.deleted:
        raise call.refusal(1)
    return {"user": {"id": person.nsid, "username": content(person.username)}}


def _person_at(call: Call, address: str) -> Person | None:
    """Whose page this is."""
    where = urls.parse_photo(address) or urls.parse_owner(address)
    if where is None:
        return None
    people = [call.account.me, *call.account.others]
    if where.nsid:
        return call.account.person(where.nsid)
    alias = (where.path_alias or "").lower()
    return next((each for each in people if alias and (each.path_alias or "").lower() == alias), None)


def _pref(name: str, *keys: str) -> None:
    @method(f"flickr.prefs.{name}", needs="read")
    def read(call: Call) -> dict[str, Any]:
        values = {key: str(call.account.prefs[key]) for key in keys}
        return {"person": {"nsid": call.account.me.nsid, **values}}


_pref("getPrivacy", "privacy")
_pref("getHidden", "hidden")
_pref("getSafetyLevel", "safety_level")
