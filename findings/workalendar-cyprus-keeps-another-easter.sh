#!/usr/bin/env bash
# workalendar 17.0.0: in Cyprus Easter is on the western date, and the Dormition of 15 August in July.
#
# Cyprus is a member state with the euro, and its law has the days of the Orthodox Church, as Greece has. workalendar's Greece counts
# so, its Cyprus does not: Good Friday 2026 is 3 April there (10 April), Easter Monday 6 April (13 April), Green Monday 16 February (23) and
# Whit Monday 25 May (1 June); 15 August, the Dormition, is an ordinary day, and 15 July is a holiday. holidays 0.109 has them all rightly.
# In 2025, when both Easters fell together, only the Dormition is wrong.
# A period of days that the Union's law gives, such as the 14 of a withdrawal, ends with the next working day if its last is a holiday
# (Regulation 1182/71, article 3): what is reckoned by this calendar ends too early or too late at each of them.
# In the project's tracker stands that Clean Monday and Easter are wrong (workalendar/workalendar, 739, open since 2023), not July.
# Way round: another source for CY, or Greece's moving days with Cyprus's fixed ones.
# Seen on 2026-12-01 with Python 3.11; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check workalendar==17.0.0 holidays==0.109 tzdata==2025.2
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
from datetime import date

import holidays
from workalendar.europe import Cyprus, Greece

LAW = {
    "Green Monday": date(2026, 2, 23),
    "Good Friday": date(2026, 4, 10),
    "Easter Monday": date(2026, 4, 13),
    "Whit Monday": date(2026, 6, 1),
    "Dormition": date(2026, 8, 15),
}
FOUND = {
    "Green Monday": date(2026, 2, 16),
    "Good Friday": date(2026, 4, 3),
    "Easter Monday": date(2026, 4, 6),
    "Whit Monday": date(2026, 5, 25),
    "Dormition": date(2026, 7, 15),
}


def days(calendar, year: int) -> set[date]:
    return {day for day, _ in calendar().holidays(year)}


cyprus, greece, other = days(Cyprus, 2026), days(Greece, 2026), set(holidays.country_holidays("CY", years=2026))
for name, day in LAW.items():
    print(f"{name}: {FOUND[name]} in workalendar's Cyprus, {day} by law")
    assert day not in cyprus and FOUND[name] in cyprus
    assert day in greece and day in other
    assert FOUND[name] not in greece and FOUND[name] not in other
assert Cyprus().is_working_day(date(2026, 4, 10)) and not Cyprus().is_working_day(date(2026, 7, 15))
together = days(Cyprus, 2025)
assert {date(2025, 4, 18), date(2025, 4, 21), date(2025, 7, 15)} <= together
assert Cyprus().is_working_day(date(2025, 8, 15)) and not Greece().is_working_day(date(2025, 8, 15))
PYTHON
echo "Good Friday is a working day, and the fifteenth of July is not. As described."
