"""House styles and noise of charge lines and notes: letter case, prefixes, clipped words, typing slips."""

import random
import string

PREFIXES = ("HC", "HC", "HC", "HCHG", "HB", "PB", "PRO FEE", "TC", "CHG", "PR", "OP", "IP", "HC PR")
_LEAST_CLIPPED = 6
# How charge masters shorten common words; one word may have several short forms.
_SHORT = {
    "abdomen": ("abd", "abdmn"),
    "abscess": ("absc", "abcs"),
    "additional": ("addl", "addtl", "add'l"),
    "anesthesia": ("anes", "anesth"),
    "antibody": ("ab", "antb"),
    "application": ("appl", "applic"),
    "biopsy": ("bx",),
    "bladder": ("bldr", "bladr"),
    "bone": ("bn",),
    "cardiac": ("card", "crdc"),
    "catheter": ("cath", "cthtr"),
    "cervical": ("cerv", "crv"),
    "chest": ("chst",),
    "closed": ("cl", "clsd"),
    "closure": ("clsr", "clos"),
    "complete": ("compl", "cmplt", "comp"),
    "complex": ("cplx", "cmplx"),
    "contrast": ("cntrst", "cont", "con"),
    "culture": ("cult", "cx", "cul"),
    "debridement": ("dbrdmt", "debrid"),
    "destruction": ("dstrj", "destr"),
    "diagnostic": ("dx", "diag"),
    "dislocation": ("disloc", "dislc"),
    "drainage": ("drg", "drng"),
    "endoscopic": ("endo", "ndsc"),
    "established": ("est", "estab"),
    "evaluation": ("eval",),
    "excision": ("exc", "excs"),
    "exploration": ("expl", "xpl"),
    "extremity": ("ext", "xtr", "extrem"),
    "finger": ("fngr", "fing"),
    "fixation": ("fix", "fixj"),
    "fracture": ("fx", "frac"),
    "guidance": ("guid", "gdnc"),
    "implant": ("impl", "implt"),
    "incision": ("inc", "incs"),
    "infusion": ("inf", "infus"),
    "initial": ("init", "1st"),
    "injection": ("inj", "njx", "inject"),
    "insertion": ("insj", "insrt", "ins"),
    "intermediate": ("intmd", "interm"),
    "laparoscopic": ("lap", "laps", "laparo"),
    "lesion": ("les", "lsn"),
    "limited": ("ltd", "lmtd"),
    "lumbar": ("lmbr", "lumb"),
    "manipulation": ("manip", "mnpj"),
    "multiple": ("mult", "mlt"),
    "partial": ("part", "prtl"),
    "patient": ("pt",),
    "placement": ("plcmt", "plmt"),
    "procedure": ("proc", "px"),
    "radical": ("rad", "radcl"),
    "reconstruction": ("recon", "rcnstj"),
    "removal": ("rmvl", "rem", "remov"),
    "repair": ("rpr", "rep"),
    "replacement": ("rplcmt", "repl"),
    "resection": ("resect", "rescj"),
    "revision": ("rev", "revj"),
    "screen": ("scrn", "scr"),
    "shoulder": ("shldr", "should"),
    "simple": ("smpl", "simp"),
    "spine": ("sp", "spn"),
    "subsequent": ("subsq", "sbsq"),
    "surgery": ("surg", "sx"),
    "surgical": ("surg",),
    "therapy": ("tx", "ther", "thrpy"),
    "tissue": ("tiss", "tis"),
    "total": ("tot", "ttl"),
    "treatment": ("tx", "trtmt", "treat"),
    "ultrasound": ("us", "u/s", "ultrsnd"),
    "vaginal": ("vag", "vagnl"),
    "vessel": ("vsl", "ves"),
    "visit": ("vst", "vis"),
    "wound": ("wnd",),
}
_LEAST_SLIPPED = 5


def house_style(text: str, rng: random.Random, prefixed: float) -> str:
    """The text as some house would write it.

    Args:
        text: In ordinary lower case.
        rng: Draws the style.
        prefixed: The probability of a charge master's prefix.
    """
    if rng.random() < 0.4:
        text = shortened(text, rng)
    if rng.random() < 0.08:
        text = clipped(text, rng)
    if rng.random() < 0.05:
        text = slipped(text, rng)
    if rng.random() < prefixed:
        text = f"{rng.choice(PREFIXES)} {text}"
        return text.upper() if rng.random() < 0.6 else string.capwords(text)
    way = rng.random()
    if way < 0.2:
        return text.upper()
    if way < 0.35:
        return string.capwords(text)
    if way < 0.5:
        return text[:1].upper() + text[1:]
    return text.lower() if way < 0.8 else text


def shortened(text: str, rng: random.Random) -> str:
    """The text with the short forms that houses use for common words, each word with probability 0.7."""
    words = text.split(" ")
    return " ".join(
        rng.choice(_SHORT[word]) if word in _SHORT and rng.random() < 0.7 else word for word in words
    )


def clipped(text: str, rng: random.Random) -> str:
    """The text with one or two long words clipped: cut short, or without the vowels inside."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= _LEAST_CLIPPED and word.isalpha()]
    for place in rng.sample(long, min(len(long), rng.choice((1, 1, 2)))):
        word = words[place]
        if rng.random() < 0.4:
            words[place] = word[: rng.randint(5, len(word) - 1)]
        else:
            inside = "".join(letter for letter in word[1:-1] if letter.lower() not in "aeiou")
            words[place] = word[0] + inside + word[-1]
    return " ".join(words)


def slipped(text: str, rng: random.Random) -> str:
    """The text with one typing slip in one word of five letters or more: the first letter stays."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= _LEAST_SLIPPED and word.isalpha()]
    if not long:
        return text
    place = rng.choice(long)
    word = words[place]
    at = rng.randint(1, len(word) - 2)
    words[place] = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + rng.choice(string.ascii_lowercase) + word[at + 1 :],
        )
    )
    return " ".join(words)
