{{ config(materialized='table') }}

{{ geldende_leveringen(ref('stg_inkomsten_antwoorden'), ref('stg_inkomsten_opgave_maanden')) }}
