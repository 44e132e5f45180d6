// What readers and cards say, read.
using System;
using System.Collections.Generic;
using System.Globalization;

namespace Mynacard
{
    /// <summary>Something that the library wrote as JSON, read. What this version has no member for is in <see cref="Written"/>, whose
    /// members <see cref="Json"/> reads.</summary>
    public abstract class Record
    {
        internal readonly Json Read;

        internal Record(Json json) { Read = json; }

        /// <summary>The document itself.</summary>
        public string Written { get { return Read.Written; } }

        /// <summary>A word of the library as a value; <paramref name="other"/> for one that this version does not know.</summary>
        internal static T Named<T>(string word, T other) where T : struct
        {
            T value;
            if (string.IsNullOrEmpty(word) || !char.IsLetter(word[0])) return other;
            return Enum.TryParse(word.Replace("-", ""), true, out value) && Enum.IsDefined(typeof(T), value) ? value : other;
        }

        internal static T[] All<T>(Json array, Func<Json, T> one)
        {
            var all = new List<T>();
            foreach (var item in array.Items) all.Add(one(item));
            return all.ToArray();
        }

        internal static string[] Texts(Json array) { return All(array, one => one.Text); }

        /// <summary>2026-04-01T00:00:00Z.</summary>
        internal static DateTime? Time(string text) { return Parse(text, "yyyy-MM-dd'T'HH:mm:ss'Z'"); }

        /// <summary>20260401.</summary>
        internal static DateTime? Day(string text) { return Parse(text, "yyyyMMdd"); }

        private static DateTime? Parse(string text, string form)
        {
            DateTime read;
            var known = DateTime.TryParseExact(text, form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out read);
            return known ? read : (DateTime?)null;
        }

        internal static DateTime Since1970(long? seconds) { return new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(seconds ?? 0); }

        internal static string Written8(DateTime day) { return day.ToString("yyyyMMdd", CultureInfo.InvariantCulture); }
    }

    /// <summary>What a reader holds.</summary>
    public enum ReaderState
    {
        /// <summary>No card.</summary>
        Empty,
        /// <summary>A card.</summary>
        Card,
        /// <summary>A card that another program uses too.</summary>
        InUse,
        /// <summary>A card that another program has alone.</summary>
        Exclusive,
        /// <summary>A card that does not answer.</summary>
        Mute,
        /// <summary>Nothing is known of it.</summary>
        Unavailable
    }

    /// <summary>A reader of this machine.</summary>
    public sealed class ReaderInfo : Record
    {
        internal ReaderInfo(Json json) : base(json) { }

        /// <summary>Its name, for <see cref="Card.Wait"/>.</summary>
        public string Name { get { return Read["name"].Text; } }
        /// <summary>Whether a card is in it.</summary>
        public bool HasCard { get { return Read["card"].Truth ?? false; } }
        /// <summary>What it holds.</summary>
        public ReaderState State { get { return Named(Read["state"].Text, ReaderState.Unavailable); } }
    }

    /// <summary>What a card is.</summary>
    public enum CardKind
    {
        /// <summary>マイナンバーカード.</summary>
        MyNumberCard,
        /// <summary>スマホ用電子証明書 on Android.</summary>
        Android,
        /// <summary>The same on an iPhone.</summary>
        IPhone,
        /// <summary>住民基本台帳カード.</summary>
        ResidentRegistryCard,
        /// <summary>Another kind that answers as such a card does.</summary>
        Other
    }

    /// <summary>What a card is, and how many tries its PINs have.</summary>
    public sealed class CardStatus : Record
    {
        internal CardStatus(Json json) : base(json) { }

        /// <summary>What it is.</summary>
        public CardKind Kind { get { return Named(Read["card"].Text, CardKind.Other); } }
        /// <summary>Tries left of the four-digit PIN that is asked for at the desk (利用者証明用); 0 when it is blocked, null when unknown.</summary>
        public int? Authentication { get { return Tries("authentication"); } }
        /// <summary>Tries left of the password for signatures (署名用).</summary>
        public int? Signature { get { return Tries("signature"); } }
        /// <summary>Tries left of the PIN of 券面事項入力補助.</summary>
        public int? InputSupport { get { return Tries("input-support"); } }
        /// <summary>The names of all PINs, for <see cref="Tries"/>.</summary>
        public ICollection<string> Pins { get { return Read["tries"].Names; } }
        /// <summary>The names of PINs that are open at the moment: somebody's dialogue goes on.</summary>
        public string[] Open { get { return Texts(Read["open"]); } }

        /// <summary>Tries left of a PIN by its name; 0 when it is blocked, null when unknown.</summary>
        public int? Tries(string pin) { return (int?)Read["tries"][pin].Number; }

        /// <summary>Whether the card has an application: jpki, input-support, card-face, resident-registry, common.</summary>
        public bool Has(string application) { return Read["applications"][application].Truth ?? false; }
    }

    /// <summary>性別.</summary>
    public enum Sex
    {
        /// <summary>男.</summary>
        Male = 1,
        /// <summary>女.</summary>
        Female = 2,
        /// <summary>適用不能.</summary>
        NotApplicable = 9,
        /// <summary>Not stated, or another code.</summary>
        Other = 0
    }

    /// <summary>基本４情報 from a card.</summary>
    public sealed class CardAttributes : Record
    {
        internal CardAttributes(Json json) : base(json) { }

        /// <summary>氏名.</summary>
        public string Name { get { return Read["name"].Text; } }
        /// <summary>住所.</summary>
        public string Address { get { return Read["address"].Text; } }
        /// <summary>生年月日, YYYYMMDD as the card has it: a day that is unknown is 00.</summary>
        public string Birth { get { return Read["birth"].Text; } }
        /// <summary>性別.</summary>
        public Sex Sex { get { return SexOf(Read["sex"].Text); } }
        /// <summary>Whether the issuer's signature was verified.</summary>
        public bool IsVerified { get { return Read["verified"].Truth ?? false; } }

        internal static Sex SexOf(string code) { return code == "1" ? Sex.Male : code == "2" ? Sex.Female : code == "9" ? Sex.NotApplicable : Sex.Other; }
    }

    /// <summary>Photo and images of a card, verified: the issuer signed them and the card holds the key beside them. Disposing
    /// clears the bytes.</summary>
    public sealed class CardFace : IDisposable
    {
        internal CardFace() { }

        /// <summary>The portrait, JPEG 2000.</summary>
        public byte[] Photo { get; internal set; }
        /// <summary>The name as an image, PNG.</summary>
        public byte[] Name { get; internal set; }
        /// <summary>The address as an image, PNG.</summary>
        public byte[] Address { get; internal set; }
        /// <summary>Birth date and sex, JSON.</summary>
        public string Written { get; internal set; }
        /// <summary>生年月日, YYYYMMDD as the card has it.</summary>
        public string Birth { get { return Json.Parse(Written)["birth"].Text; } }
        /// <summary>性別.</summary>
        public Sex Sex { get { return CardAttributes.SexOf(Json.Parse(Written)["sex"].Text); } }

        /// <summary>Clears the images.</summary>
        public void Dispose()
        {
            foreach (var bytes in new[] { Photo, Name, Address }) if (bytes != null) Array.Clear(bytes, 0, bytes.Length);
        }
    }
}
