{# What a comparison does not prove, so that it stands beside the figure wherever that is read. #}
{% macro bewijst_niet(vraag) -%}
    case
        when {{ vraag }} like 'werk_na_%'
            then
                'Dat vrijwilligerswerk of een tegenprestatie naar werk leidt: wie het doet verschilt van wie het niet doet.'
        when {{ vraag }} like '%_na_bijzondere_bijstand'
            then
                'Dat bijzondere bijstand schulden voorkomt of geeft: wie haar krijgt heeft al kosten, en is in beeld.'
        when {{ vraag }} like 'schuldhulp_voortijdig%'
            then
                'Waarom een traject eindigt, of dat de hulp tekortschoot: de reden is die van de administratie.'
        else
            'Dat beleid het verschil maakt: gemeenten verschillen in bevolking, werk en in wat er gemeten is.'
    end
{%- endmacro %}
