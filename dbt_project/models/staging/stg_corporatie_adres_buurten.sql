{{ config(materialized='table') }}

{{ adres_buurten(ref('stg_corporatie_adres_vragen'), ref('stg_geleverde_buurten')) }}
