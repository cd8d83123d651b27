{#
    Of which kind an income is to the Inlichtingenbureau (domain 2.10 and 3.8): `werk`, wage and
    sickness benefit; `uitkering`; null for pensions, which it leaves out of account. What the list
    of codes does not name, or an opgave without a code, is income all the same: `onbekend`.
#}
{% macro rmc_soort_inkomen(kolom) -%}
    case
        when {{ kolom }} between '11' and '17' or {{ kolom }} = '31' then 'werk'
        when {{ kolom }} in ('24', '50') or {{ kolom }} between '32' and '45' then 'uitkering'
        when {{ kolom }} in ('21', '22', '23', '46') then null
        else 'onbekend'
    end
{%- endmacro %}
