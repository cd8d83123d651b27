-- What is valid for an open month: the newest version of the last twelve months.
with geldend as (
    select
        gemeente,
        maand,
        levering_id
    from {{ source('grootboek', 'referenties') }}
    where delivery = 'inkomen_huishouden'
),

inkomens as (
    select
        levering_id,
        bsn_versleuteld,
        geboortedatum,
        inkomensjaar,
        verzamelinkomen,
        besteedbaar_inkomen,
        inkomensbron,
        welvaart_kwintiel,
        vermogensklasse
    from {{ source('raw', 'inkomen_huishouden__inkomen') }}
)

select
    geldend.gemeente,
    geldend.maand,
    inkomens.bsn_versleuteld,
    inkomens.levering_id,
    {{ volledige_datum('inkomens.geboortedatum') }} as geboortedatum,
    cast(inkomens.inkomensjaar as integer) as inkomensjaar,
    {{ euro('inkomens.verzamelinkomen') }} as inkomen_jaar,
    {{ euro('inkomens.besteedbaar_inkomen') }} as besteedbaar_inkomen_jaar,
    inkomens.inkomensbron,
    cast(inkomens.welvaart_kwintiel as integer) as welvaart_kwintiel,
    inkomens.vermogensklasse
from inkomens
inner join geldend on inkomens.levering_id = geldend.levering_id
