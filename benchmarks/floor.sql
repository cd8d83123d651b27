-- A month of work in one script: what is left when nothing is checked, kept or told.
-- In: the file of the BRP (variable `brp`), the month (`maand`), the gemeente (`gemeente`), and what
-- was read from XML: antwoorden, opgaven, perioden, bag (the last one empty without a BAG).
-- Functions from outside: bsn_token, adres_token, ikv_token.

create macro onbekende_buurt() as 'BU' || substr(getvariable('gemeente'), 3) || 'XXXX';
create macro wijk_van(buurt) as 'WK' || substr(buurt, 3, 6);
create macro datum(tekst) as
    try_cast(substr(tekst, 1, 4) || '-' || substr(tekst, 5, 2) || '-' || substr(tekst, 7) as date);
create macro aangevuld(tekst, maand_en_dag, dag) as datum(
    case
        when tekst like '0000%' then null
        when substr(tekst, 5, 2) = '00' then substr(tekst, 1, 4) || maand_en_dag
        when substr(tekst, 7) = '00' then substr(tekst, 1, 6) || dag
        else tekst
    end
);
create macro vroegste(tekst) as aangevuld(tekst, '0101', '01');

-- --- personen -------------------------------------------------------------------------------

create temp table regels as
select
    column000 as kop,
    "01.01.20" as bsn,
    "01.03.10" as geboortedatum,
    "01.04.10" as geslacht,
    "06.08.10" as datum_overlijden,
    "07.67.10" as datum_opschorting,
    "07.67.20" as reden_opschorting,
    "08.09.10" as inschrijving,
    "08.10.10" as functie_adres,
    "08.11.20" as huisnummer,
    "08.11.30" as huisletter,
    "08.11.40" as toevoeging,
    "08.11.60" as postcode,
    "08.11.80" as object,
    "08.11.90" as nummeraanduiding,
    "08.12.10" as locatie,
    "08.84.10" as onjuist,
    coalesce("08.10.30", "08.13.20") as aanvang
from read_csv(
    getvariable('brp'), delim = ';', quote = '"', header = true, all_varchar = true
);

-- A row without a first column continues the person above it.
create temp table genummerd as
select
    *,
    count(kop) over (rows between unbounded preceding and current row) as persoon,
    rowid as regel
from regels;

create temp table verblijf as
select
    persoon,
    arg_min(
        {
            'inschrijving': inschrijving,
            'functie_adres': functie_adres,
            'huisnummer': huisnummer,
            'huisletter': huisletter,
            'toevoeging': toevoeging,
            'postcode': postcode,
            'object': object,
            'nummeraanduiding': nummeraanduiding,
            'locatie': locatie
        },
        regel
    ) as adres
from genummerd
where
    inschrijving is not null
    and onjuist is distinct from 'O'
    and coalesce(vroegste(aanvang) <= last_day(getvariable('maand')), true)
group by persoon;

create temp table dubbel as
select bsn
from genummerd
where kop is not null and bsn is not null
group by bsn
having count(*) > 1;

create temp table bewoners as
with personen as (
    select
        persoon,
        bsn_token(bsn) as bsn_versleuteld,
        aangevuld(geboortedatum, '0701', '15') as geboren,
        vroegste(geboortedatum) as vroegst_geboren,
        datum(geboortedatum) is null as geboortedatum_onvolledig,
        geslacht,
        last_day(getvariable('maand')) as peildatum
    from genummerd
    where
        kop is not null
        and bsn not in (from dubbel)
        and geslacht in ('M', 'V', 'O')
        and (
            datum_overlijden is null
            or vroegste(datum_overlijden) > last_day(getvariable('maand'))
        )
        and (
            reden_opschorting is null
            or (
                reden_opschorting not in ('F', 'R')
                and vroegste(datum_opschorting) > last_day(getvariable('maand'))
            )
        )
        and (vroegste(geboortedatum) is not null or geboortedatum like '000000%')
)

select
    personen.bsn_versleuteld,
    personen.geboren,
    personen.geboortedatum_onvolledig,
    personen.geslacht,
    personen.peildatum,
    unnest(verblijf.adres)
from personen
inner join verblijf on personen.persoon = verblijf.persoon
where
    personen.bsn_versleuteld is not null
    and coalesce(personen.vroegst_geboren <= personen.peildatum, true)
    and verblijf.adres.inschrijving = substr(getvariable('gemeente'), 3)
    and verblijf.adres.functie_adres in ('W', 'B');

-- --- buurten --------------------------------------------------------------------------------

-- What holds on the day comes first, then what held last, then what comes first.
create macro beste(van, tot) as (
    case
        when van <= last_day(getvariable('maand'))
            then if(tot <= last_day(getvariable('maand')), 1, 0)
        else 2
    end,
    abs(van - last_day(getvariable('maand')))
);

create temp table buurt_van_object as
select
    object,
    arg_min(buurt, beste(van, tot)) as buurt
from bag
where buurt is not null
group by object;

create temp table buurt_van_nummer as
select
    nummer,
    arg_min(buurt, beste(van, tot)) as buurt
from (select unnest(nummers) as nummer, buurt, van, tot from bag where buurt is not null)
group by nummer;

create temp table personen as
with geplaatst as (
    select
        bewoners.*,
        case functie_adres
            when 'B' then substr(onbekende_buurt(), 1, 6) || 'XXBR'
            else coalesce(buurt_van_object.buurt, buurt_van_nummer.buurt, onbekende_buurt())
        end as buurt
    from bewoners
    left join buurt_van_object on bewoners.object = buurt_van_object.object
    left join buurt_van_nummer on bewoners.nummeraanduiding = buurt_van_nummer.nummer
)

select
    bsn_versleuteld,
    getvariable('maand') as maand,
    wijk_van(buurt) as wijk,
    buurt,
    getvariable('gemeente') as gemeente,
    cast(greatest(
        year(peildatum) - year(geboren) - cast(
            month(geboren) * 100 + day(geboren) > month(peildatum) * 100 + day(peildatum) as integer
        ),
        if(geboren is null, null, 0)
    ) as integer) as leeftijd,
    geslacht,
    geboortedatum_onvolledig,
    functie_adres,
    adres_token(
        coalesce(
            object,
            nummeraanduiding,
            postcode || concat_ws('|', '', huisnummer, huisletter, toevoeging),
            locatie
        )
    ) as adres_sleutel
from geplaatst;

-- --- inkomsten ------------------------------------------------------------------------------

create temp table goede_opgaven as
with getypeerd as (
    select distinct
        bsn,
        ikv,
        datum(begin) as begin,
        datum(einde) as genoemd_einde,
        cast(uren as integer) as uren,
        try_cast(bedrag as bigint) as bedrag,
        try_cast(loon_lb as bigint) as loon_lb,
        try_cast(ingehouden_loonheffing as bigint) as ingehouden_loonheffing,
        try_cast(vakantietoeslag as bigint) as vakantietoeslag,
        try_cast(vakantietoeslag_opgebouwd as bigint) as vakantietoeslag_opgebouwd
    from opgaven
    where
        -- An amount that is no whole number of cents sets its statement apart.
        regexp_full_match(
            concat(
                bedrag, loon_lb, ingehouden_loonheffing, vakantietoeslag, vakantietoeslag_opgebouwd
            ),
            '[-0-9]*'
        )
)

select
    *,
    row_number() over () as opgave,
    bsn_token(bsn) as bsn_versleuteld,
    coalesce(if(genoemd_einde >= begin, genoemd_einde, null), last_day(begin)) as einde
from getypeerd;

create temp table soorten as
select
    opgaven.opgave,
    arg_max(perioden.soort, datum(perioden.begin)) as soort,
    arg_max(perioden.korting, datum(perioden.begin)) = '1' as loonheffingskorting
from goede_opgaven as opgaven
inner join perioden
    on
        opgaven.bsn = perioden.bsn
        and opgaven.ikv = perioden.ikv
        and opgaven.begin >= vroegste(perioden.begin)
        and (
            perioden.einde is null
            or perioden.einde like '9999%'
            or opgaven.begin <= vroegste(perioden.einde)
        )
group by opgaven.opgave;

-- The share of a month by days in whole cents; the last month gets what remains.
create temp table maanden as
with uiteen as (
    select
        opgave,
        cast(
            unnest(generate_series(date_trunc('month', begin), einde, interval 1 month)) as date
        ) as maand,
        begin,
        einde
    from goede_opgaven
)

select
    opgave,
    maand,
    least(einde, last_day(maand)) - greatest(begin, maand) + 1 as dagen,
    einde - begin + 1 as dagen_totaal,
    last_day(maand) >= einde as laatste
from uiteen;

create macro deel(geheel, dagen, dagen_totaal, laatste, opgave) as
    if(
        laatste,
        geheel - coalesce(
            sum(if(laatste, 0, geheel * dagen // dagen_totaal)) over (partition by opgave), 0
        ),
        geheel * dagen // dagen_totaal
    );

create temp table inkomsten as
with verdeeld as (
    select
        opgaven.bsn_versleuteld,
        opgaven.ikv,
        opgaven.begin,
        maanden.maand,
        soorten.soort,
        soorten.loonheffingskorting,
        deel(uren, dagen, dagen_totaal, laatste, opgaven.opgave) as uren,
        deel(bedrag, dagen, dagen_totaal, laatste, opgaven.opgave) as bedrag,
        deel(loon_lb, dagen, dagen_totaal, laatste, opgaven.opgave) as loon_lb,
        deel(ingehouden_loonheffing, dagen, dagen_totaal, laatste, opgaven.opgave)
            as ingehouden_loonheffing,
        deel(vakantietoeslag, dagen, dagen_totaal, laatste, opgaven.opgave) as vakantietoeslag,
        deel(vakantietoeslag_opgebouwd, dagen, dagen_totaal, laatste, opgaven.opgave)
            as vakantietoeslag_opgebouwd
    from goede_opgaven as opgaven
    inner join maanden on opgaven.opgave = maanden.opgave
    left join soorten on opgaven.opgave = soorten.opgave
    where opgaven.bsn_versleuteld is not null
)

select
    bsn_versleuteld,
    maand,
    ikv_token(ikv) as inkomstenverhouding,
    arg_max(soort, begin) as soort,
    cast(sum(bedrag) / 100 as decimal(12, 2)) as bedrag,
    cast(sum(loon_lb) / 100 as decimal(12, 2)) as loon_lb,
    cast(sum(ingehouden_loonheffing) / 100 as decimal(12, 2)) as ingehouden_loonheffing,
    cast(sum(vakantietoeslag) / 100 as decimal(12, 2)) as vakantietoeslag,
    cast(sum(vakantietoeslag_opgebouwd) / 100 as decimal(12, 2)) as vakantietoeslag_opgebouwd,
    sum(uren) as uren,
    bool_or(loonheffingskorting) as loonheffingskorting
from verdeeld
group by
    bsn_versleuteld,
    maand,
    ikv;

create temp table bevraging as
select distinct
    bsn_token(bsn) as bsn_versleuteld,
    cast(
        unnest(
            generate_series(date_trunc('month', datum(van)), datum(tot), interval 1 month)
        ) as date
    ) as maand
from antwoorden;

-- --- uit ------------------------------------------------------------------------------------

create temp table gebieden as
select bsn_versleuteld, maand, wijk, buurt from personen;

copy personen to '$to/personen.parquet' (format parquet, compression zstd);

copy (
    select
        inkomsten.bsn_versleuteld,
        inkomsten.maand,
        coalesce(gebieden.wijk, wijk_van(onbekende_buurt())) as wijk,
        coalesce(gebieden.buurt, onbekende_buurt()) as buurt,
        getvariable('gemeente') as gemeente,
        gebieden.bsn_versleuteld is not null as inwoner,
        inkomsten.* exclude (bsn_versleuteld, maand)
    from inkomsten
    left join gebieden
        on
            inkomsten.bsn_versleuteld = gebieden.bsn_versleuteld
            and inkomsten.maand = gebieden.maand
) to '$to/inkomsten.parquet' (format parquet, compression zstd);

copy (
    select
        bevraging.bsn_versleuteld,
        bevraging.maand,
        coalesce(gebieden.wijk, wijk_van(onbekende_buurt())) as wijk,
        coalesce(gebieden.buurt, onbekende_buurt()) as buurt,
        getvariable('gemeente') as gemeente,
        gebieden.bsn_versleuteld is not null as inwoner,
        if(gevonden.bsn_versleuteld is null, 'niets_gevonden', 'gevonden') as uitkomst
    from bevraging
    left join gebieden
        on
            bevraging.bsn_versleuteld = gebieden.bsn_versleuteld
            and bevraging.maand = gebieden.maand
    left join (select distinct bsn_versleuteld, maand from inkomsten) as gevonden
        on
            bevraging.bsn_versleuteld = gevonden.bsn_versleuteld
            and bevraging.maand = gevonden.maand
    where bevraging.bsn_versleuteld is not null
) to '$to/inkomsten_bevraging.parquet' (format parquet, compression zstd);
