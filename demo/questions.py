"""Three questions that a gemeente asks, answered from the datasets with one query each.

What belongs here: what `datapakhuis demo` shows of what analysts can do. What does not: marts, and
anything that needs more than the published datasets.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question in words, and the query that answers it."""

    words: str
    sql: str


QUESTIONS = (
    Question(
        "In which wijken do most residents live on bijstand?",
        """
        with bijstandsgerechtigden as (
            select distinct bsn_versleuteld, maand from bijstand
            where loopt_op_laatste_dag and regeling = '01'
        ),
        wijken as (select distinct wijk, wijknaam, maand from gebieden where indeling = 'nu')
        select
            wijk,
            wijknaam,
            count(*) as inwoners,
            count(bijstandsgerechtigden.bsn_versleuteld) as met_bijstand,
            round(100 * met_bijstand / inwoners, 1) as procent
        from personen
        left join bijstandsgerechtigden using (bsn_versleuteld, maand)
        left join wijken using (wijk, maand)
        where maand = (select max(maand) from personen)
        group by all
        order by procent desc, wijk
        limit 5
        """,
    ),
    Question(
        "How many residents of 18 to 22 are at no school and have no startkwalificatie?",
        """
        with gekwalificeerd as (
            select bsn_versleuteld, maand from startkwalificaties where startkwalificatie
        ),
        op_school as (select bsn_versleuteld, maand from onderwijs where ingeschreven)
        select
            maand,
            count(*) as jongeren,
            count(*) filter (
                where gekwalificeerd.bsn_versleuteld is null and op_school.bsn_versleuteld is null
            ) as zonder_beide
        from personen
        left join gekwalificeerd using (bsn_versleuteld, maand)
        left join op_school using (bsn_versleuteld, maand)
        where leeftijd between 18 and 22
        group by maand
        order by maand
        """,
    ),
    Question(
        "How many people with payment arrears are not known to debt counselling?",
        """
        with geholpen as (select distinct bsn_versleuteld, maand from schuldhulp),
        gesignaleerd as (select distinct bsn_versleuteld, maand from vroegsignalen)
        select
            maand,
            count(*) as met_achterstand,
            count(*) filter (where geholpen.bsn_versleuteld is null) as niet_in_schuldhulp
        from gesignaleerd
        left join geholpen using (bsn_versleuteld, maand)
        group by maand
        order by maand
        """,
    ),
)
