"""Phrases that state an attribute: the data of `index.text.attributes`."""

from __future__ import annotations

ATTRIBUTES: dict[str, dict[str, str]] = {
    "fit": {
        "custom": (
            "custom; custom fabricated; custom molded; cust; cust fab; molded to patient; cus fab; custm"
        ),
        "ready made": (
            "prefabricated; prefab; pre fab; prfab; ots; off the shelf; pre ots; non custom; pre cst; pre"
        ),
    },
    "age": {
        "adult": "adult; adlt; adu",
        "child": "pediatric; child; children; ped; peds; pedi; infant; neonatal; neonate; youth; newborn",
    },
    "contrast": {
        "without then with": (
            "without contrast followed by with contrast; without followed by with; w wo; w wo con;wo w;"
            " wo w cont; w o fol w con; w o w cont; w and wo; w or w o con; w or w o fol w con;"
            " w o followed by w;with without contrast; with and without contrast;"
            " w o contrast followed by with contrast; with and without;w w o; w o w; w con w o"
        ),
        "without": (
            "without contrast; w o contrast; wo contrast; w o cont; wo cont; w o con; wo con; wo; w o dye"
        ),
        "with": "with contrast; w contrast; w cont; w con; with dye",
    },
    "route": {
        "injected": (
            "injection; inj; injectable; infusion; vial; vl; syringe; syr; syrg; solr; sosy; ij; ijsol; amp;"
            " ampule; injec; inject; injectio; soaj; iv; ivp; ivpb; iv push; iv piggyback; intravenous;"
            " intravenously; im; intramuscular; intramuscularly; sc; sq; subq; sub q; subcut; sub cut;"
            " subcutaneous; subcutaneously; intravitreal; intraocular; intracameral; intrathecal; epidural;"
            " intra articular; intraarticular; intravesical; intradermal; intralesional"
        ),
        "oral": (
            "oral; orally; po; p o; by mouth; per os; tab; tabs; tablet; tablets; cap; caps; capsule;"
            " capsules; elixir; chew; tbdp; odt; lozenge; syrup; sublingual; sl; buccal"
        ),
        "inhaled": (
            "inhalation; inh; inhal; neb; nebu; nebs; nebulizer; nebulized; nebulised; mdi; puff; puffs;"
            " inhaled; inhaler"
        ),
        "on skin": "topical; topically; cream; crm; ointment; oint; lotion; transdermal",
        "on eye": "ophthalmic; ophth; ophthalmologic; drops; drop; gtt; gtts; soct",
        "in nose": "nasal; nasally; intranasal; nsl; nas",
        "rectal": "rectal; rectally; suppository; suppositories; supp; enema",
    },
    "way of injection": {
        "vein": ("iv; ivp; ivpb; iv push; iv piggyback; intravenous; intravenously; infusion; infused"),
        "muscle": "im; intramuscular; intramuscularly",
        "under skin": "sc; sq; subq; sub q; subcut; sub cut; subcutaneous; subcutaneously; subcu",
        "eye": "intravitreal; intraocular; intracameral",
        "spine": "intrathecal; epidural",
        "joint": "intra articular; intraarticular",
        "bladder": "intravesical; bladder instillation",
        "skin": "intradermal; intralesional",
    },
    "dose form": {
        "solid": "tab; tabs; tablet; tablets; cap; caps; capsule; capsules; tbdp; odt; lozenge",
        "liquid": "solution; soln; sol; suspension; susp; syrup; elixir; liquid; liq; liqd",
        "cream": "cream; crm; ointment; oint; lotion; gel; paste",
        "powder": "powder; pwd; pwdr; powd",
        "patch": "patch; patches; transdermal",
        "spray": "spray; aerosol",
        "implant": "implant; implants; implantable; impl; implanted; pellet; pellets; insert; implt",
    },
    "power": {
        "powered": "electric; powered; power; motorized; elec; total electric; full electric; fully electric",
        "half": "semi electric; semielectric; semi elec; semielec",
        "by hand": "manual; hand operated",
    },
    "border": {
        "with": (
            "with any size adhesive border; with adhesive border; w b; w bdr; w border; with border;"
            " bordered;adhesive border; w brdr; w adhesive border"
        ),
        "without": (
            "without adhesive border; w o b; w o bdr; w o border; without border; no border; non bordered;"
            "w o brdr; non adhesive"
        ),
    },
    "sterile": {
        "no": "non sterile; nonsterile; unsterile; non ster",
        "yes": "sterile; ster",
    },
    "order": {
        "first": "initial; init; first; 1st; initl",
        "further": (
            "subsequent; subsq; each additional; addl; ea addl; add on; follow up; followup; each addtl;"
            " ea add; second through; 2nd through"
        ),
    },
    "sex": {
        "male": "male; men; mens",
        "female": "female; women; womens; ladies; woman",
    },
    "sides": {
        "one": "unilateral; unilat; uni; monaural",
        "both": "bilateral; bilat; bil; binaural; pair; pr; binaur",
    },
    "use": {
        "once": "disposable; disp; single use",
        "again": "reusable; non disposable; nondisposable; washable; nondispos; reuse",
    },
    "material": {
        "latex": "latex",
        "silicone": "silicone; sil; all silicone",
    },
    "joint level": {
        "above knee": "above knee; ak; aka; transfemoral",
        "below knee": "below knee; bk; bka; transtibial",
        "above elbow": "above elbow; ae",
        "below elbow": "below elbow; be",
        "hip": "hip; hip disarticulation",
        "symes": "symes; syme",
    },
    "renal": {
        "dialysis": "esrd; for esrd on dialysis; dialysis; esrd use",
        "not": "non esrd; non esrd use; not esrd",
    },
    "coat": {
        "coated": "coated; drug eluting; des; covered; cov; coated covered; d e",
        "bare": (
            "non coated; non coated non covered; non coa non cov; non coa; uncoated; bare; bare metal;"
            " non cor"
        ),
    },
    "delivery": {
        "with": "with delivery system; w del; w del sys; w del sy; with del",
        "without": "without delivery system; w o del; wo del; without del",
    },
    "preserved": {
        "no": "preservative free; pf; prs free; p f; presfree",
    },
    "strength form": {
        "unit dose": "unit dose; unit; ud; unit dose form",
        "concentrated": "concentrated; concentrated form; conc; con",
    },
    "people": {
        "group": "group; grp; more than one patient; multiple patients; several patients; 2 patients;"
        " 3 patients; two patients; three patients; 2 pts; 3 pts; two pts; three pts; multiple pts;"
        " 2 or more patients",
        "alone": "individual; indiv; ind; one on one; 1 1; one patient; one patient seen; 1 patient",
    },
    "place": {
        "home": "home; hh; in home; home health; hhc; hhcp",
        "hospice": "hospice",
    },
    "depot": {
        "depot": "depot; long acting; extended release; xr; er; lai; la; depot form",
        "plain": "non depot; non depot form; immediate release",
    },
    "lipid": {
        "yes": "liposomal; liposome; lipid complex; lipid; lipo; liposom",
    },
    "chambers": {
        "one": "single; sngl; sgl; one; single chamber; sc pm",
        "two": "dual; double; doub; dbl; two; two way; 2 way; dual chamber; 2way",
        "three": "triple; three; three way; 3 way; multiple; multi; 3way",
        "four": "four; quad; quadruple; four lumen",
    },
    "duty": {
        "heavy": "heavy duty; hd; hvy; hvy duty; extra heavy duty; bariatric",
        "light": "lightweight; light weight; ltwt; ultralight; ultra lightweight",
        "standard": "standard; std; stnd; regular duty; standard duty",
    },
    "part": {
        "whole": "complete; device; system; kit; unit complete",
        "part": (
            "replacement; repl; rep; addition; addition to; accessory; accessories; component; repair;"
            " replace;replacement only; add; accy; access; accs; spare"
        ),
        "repair": "repair; repairs; labor; adjustment; refitting",
    },
    "blood": {
        "leukocyte reduced": (
            "leukocytes reduced; leukoreduced; leuko red; leukoredu; leukored; lr; leuko reduced;"
            " leuk reduced"
        ),
        "irradiated": "irradiated; irrad; irr; irradi",
    },
    "pieces": {
        "one": "one piece; 1 piece; 1 pc; one pc; 1pc; 1 pce; onepiece",
        "two": "two piece; 2 piece; 2 pc; two pc; 2pc; 2 pce; twopiece",
        "three": "three piece; 3 piece; 3 pc; three pc; 3pc",
    },
    "ply": {
        "single": "single ply; 1 ply; single layer; single wall; single axis",
        "multi": (
            "multi ply; multiple ply; 3 ply; 5 ply; 6 ply; multi layer; multilayer; double wall; multi axis"
        ),
    },
    "hand side": {
        "left": "left; lt; lft",
        "right": "right; rt; rgt",
    },
    "arm": {
        "shoulder": "shoulder; shldr; shld; ewho; sewho; sewhfo",
        "elbow": "elbow; elb; ewho; sewho; ewhfo; sewhfo",
        "wrist": "wrist; wrst; whfo; ewho; ewhfo; sewho; sewhfo",
        "hand": "hand; hnd; whfo; ho; hfo; ewho; ewhfo; sewhfo; sewho",
        "finger": "finger; fingers; fngr; fing; whfo; hfo; ewhfo; sewhfo",
        "thumb": "thumb; thmb; cmc",
    },
    "leg": {
        "hip": "hip; hkafo; hips",
        "thigh": "thigh; full length thigh; thigh length; thigh high",
        "knee": "knee; kafo; hkafo; ko",
        "calf": "calf; lower leg; below knee",
        "ankle": "ankle; ankl; ank; afo; kafo; hkafo",
        "foot": "foot; afo; kafo; hkafo",
        "toe": "toe; toes",
    },
    "trunk": {
        "neck": "cervical; cerv; neck; ctlso; cto",
        "chest": "thoracic; thor; tlso; ctlso; cto; thorax; chest",
        "loin": "lumbar; lumb; lso; tlso; ctlso; lumbo sacral; lumbosacral",
        "sacrum": "sacral; sacroiliac; sacro iliac; sacr; lso; tlso; ctlso; lumbo sacral; lumbosacral",
        "abdomen": "abdomen; abdominal; abd; abdm; abdom",
        "pelvis": "pelvis; pelvic; pelv; pel",
        "head": "head; brain; cranial; skull",
    },
    "placement": {
        "inside": "implantable; implanted; internal; implant; impl; indwelling",
        "outside": "external; externally; extrnl; exter; ext; non implanted; non implantable; noninvasive",
    },
    "urgency": {
        "emergency": "emergency; emergent; emerg; emer; emrgncy; emergncy; emerge",
        "not": (
            "non emergency; nonemergency; non emergent; nonemergent; nonemerg; non emerg; non emer; nonemer;"
            " non em; not emergent"
        ),
    },
    "ambulance": {
        "basic": "bls; basic life support; basic life",
        "advanced": (
            "als; advanced life support; als 1; als1; als 2; als2; als level 1; als level 2;"
            " advanced life support level 1; advanced life support level 2"
        ),
    },
    "level": {
        "1": "level 1; level i; lvl 1; lev 1; als 1; als1; als level 1; l1; class 1; class i",
        "2": "level 2; level ii; lvl 2; lev 2; als 2; als2; als level 2; l2; class 2; class ii",
        "3": "level 3; level iii; lvl 3; lev 3; l3",
        "4": "level 4; level iv; lvl 4; lev 4; l4",
        "5": "level 5; level v; lvl 5; lev 5; l5",
    },
    "purpose": {
        "screening": "screening; screen; scrn; scrng; scrning; screenin",
        "diagnostic": "diagnostic; diag; dx; diagnos",
        "treatment": "treatment; therapeutic; therapy; tx; treat",
    },
    "length": {
        "short": "short; sht; shrt; short arm; short leg",
        "long": "long; lng; long arm; long leg",
    },
    "size": {
        "small": "small; sml; sm; xs; extra small",
        "medium": "medium",
        "large": "large; lrg; lg; lge; xl; xxl; extra large; xlarge",
    },
    "stiffness": {
        "rigid": "rigid; hard; rgd",
        "half": "semi rigid; semirigid; semi rgd",
        "soft": "soft; flexible; flex; flx; sft; non rigid; elastic",
    },
    "mounting": {
        "fixed": "fixed; fxd; non adjustable; nonadjustable; non detachable; fixed height",
        "loose": "detachable; removable; detach; swing away; swingaway; det; remov; flip back",
        "adjustable": "adjustable; adj; adjust; variable height; height adjustable; adjstbl",
    },
    "seat": {
        "tilts": "tilt; tilt in space; tilting",
        "reclines": "recline; reclining; reclin; recliner; reclining back",
        "elevates": "elevating; elevat; elev; elvtng; seat lift",
    },
    "worn": {
        "intermittent": "intermittent; intermit; int cath; intermitt; straight cath",
        "stays": "indwelling; foley; continuous; cont",
    },
    "tip": {
        "straight": "straight; straight tip; strt; str tip",
        "bent": "coude; curved; coude tip; bent; angled",
    },
    "pouch": {
        "drains": "drainable; drain; drainble; drnbl; drnable",
        "closed": "closed; closed end; clsd; closed pouch",
        "urinary": "urinary; urostomy; uro; urin",
    },
    "barrier shape": {
        "flat": "flat",
        "convex": "convex; convexity; built in convexity; cnvx; cvx",
    },
    "barrier wear": {
        "standard": "standard wear; std wear",
        "extended": "extended wear; ext wear; extended; extnd wear; extd wear",
    },
    "place of use": {
        "portable": "portable; prtbl; port; portbl; mobile",
        "stationary": "stationary; stat; stationry; static",
    },
    "gas": {
        "liquid": "liquid; liq; lox",
        "compressed": "gaseous; gas; compressed; cylinder; tank",
    },
    "heat": {
        "heated": "heated; heat; htd; with heating; heating",
        "not": "non heated; unheated; nonheated; cool; cold",
    },
    "mask": {
        "full face": "full face; fullface; ff mask; full face mask",
        "nasal": "nasal mask; nasal interface; nasal application; nasal cushion",
        "pillows": "pillows; nasal pillow; nasal pillows; cannula type; pillow",
        "oral": "oral mask; oral interface; oral nasal mask; combination oral nasal",
    },
    "invasive": {
        "yes": "invasive; tracheostomy tube; invasive interface",
        "no": "non invasive; noninvasive; noninvasive interface; non invasive interface; mask interface",
    },
    "lens": {
        "single": "single vision; sv; single vis; snglvsn",
        "bifocal": "bifocal; bifoc; bifocals; bf",
        "trifocal": "trifocal; trifoc; trifocals",
        "progressive": "progressive; prog lens; progressive lens",
    },
    "hearing aid": {
        "behind ear": "behind the ear; bte; behind ear",
        "in ear": "in the ear; ite; in ear",
        "in canal": "in the canal; itc; cic; completely in the canal; canal",
    },
    "dose schedule": {
        "loading": "loading; loading dose; load",
        "booster": "booster; boost; maintenance",
    },
    "worker": {
        "physician": "physician; md; doctor; phys",
        "nurse": "rn; lpn; lvn; nurse; nursing; skilled nursing",
        "aide": "aide; cna; home health aide; attendant; personal care",
    },
    "span": {
        "hour": "per hour; hourly; per hr; each hour; ea hr",
        "quarter hour": "15 minutes; per 15 minutes; each 15 minutes; 15 min; ea 15 min; 15min",
        "day": "per diem; per day; diem; each day",
        "week": "per week; per wk; each week",
        "month": "monthly; per month; per mo; each month; monthly rental",
        "visit": "per visit; visit; encounter; session; per session",
    },
}
"""Group -> value -> phrases, separated by `;`. A text may state several values of one group."""

THEMES: dict[str, tuple[str, ...]] = {
    "route": ("way of injection", "dose form", "depot"),
    "fit": ("fit", "stiffness", "mounting"),
    "part": ("part",),
    "count": ("chambers", "pieces", "ply", "sides"),
    "level": ("joint level", "level", "ambulance", "urgency", "duty", "power"),
    "site": ("arm", "leg", "trunk", "hand side"),
    "purpose": ("purpose", "order", "people", "span", "worker", "place"),
}
"""Theme -> groups that the ranker also sees by themselves, as one number a theme."""
